import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isVaultError, MfaRefusedError } from '@aws-vault/plugin-sdk'
import { MfaCodes, type MfaRequest } from './mfa-codes.ts'

const serial = 'arn:aws:iam::111111111111:mfa/alice'
const request = { serial, profile: 'dev' }

function open(answers: readonly string[], token?: string) {
  const asked: MfaRequest[] = []
  const warnings: string[] = []
  const waits: number[] = []
  const sent: string[] = []
  const codes = new MfaCodes({
    ...(token !== undefined && { token }),
    async ask(wanted) {
      const answer = answers[asked.push(wanted) - 1]
      if (answer === undefined) throw new Error('one question too many')
      return answer
    },
    logger: { debug: () => {}, warn: message => warnings.push(message) },
    wait: async milliseconds => waits.push(milliseconds),
    signal: new AbortController().signal,
    now: () => 1_000_010_000,
  })
  const accepting = (right: string) => async (code: string) => {
    sent.push(code)
    if (code !== right) throw new MfaRefusedError('no')
    return `with ${code}`
  }
  return { codes, asked, warnings, waits, sent, accepting }
}

describe('MfaCodes', () => {
  it('asks for a code and sends it', async () => {
    const { codes, asked, accepting } = open([' 123 456\n'])
    assert.equal(await codes.use(request, accepting('123456')), 'with 123456')
    assert.deepEqual(asked, [{ ...request, attempt: 1 }])
  })

  it('asks again when AWS refuses the code', async () => {
    const { codes, asked, sent, warnings, accepting } = open(['111111', '222222', '333333'])
    assert.equal(await codes.use(request, accepting('333333')), 'with 333333')
    assert.deepEqual(sent, ['111111', '222222', '333333'])
    assert.deepEqual(
      asked.map(({ attempt }) => attempt),
      [1, 2, 3],
    )
    assert.match(warnings[0] ?? '', /refused .*"dev"/)
  })

  it('gives up after three', async () => {
    const { codes, sent, accepting } = open(['111111', '222222', '333333'])
    await assert.rejects(codes.use(request, accepting('444444')), { code: 'ERR_MFA_REFUSED' })
    assert.equal(sent.length, 3)
  })

  it('never sends a refused code again, and says so', async () => {
    const { codes, sent, warnings, accepting } = open(['111111', '111111', '222222'])
    await codes.use(request, accepting('222222'))
    assert.deepEqual(sent, ['111111', '222222'])
    assert.match(warnings[1] ?? '', /used already/)
  })

  it('never sends an accepted code again, for whatever step', async () => {
    const { codes, sent, accepting } = open(['111111', '111111', '222222'])
    await codes.use(request, accepting('111111'))
    await codes.use({ ...request, profile: 'prod' }, accepting('222222'))
    assert.deepEqual(sent, ['111111', '222222'])
  })

  it('sends the same digits for another device', async () => {
    const { codes, sent, accepting } = open(['111111', '111111'])
    await codes.use(request, accepting('111111'))
    await codes.use({ ...request, serial: `${serial}2` }, accepting('111111'))
    assert.equal(sent.length, 2)
  })

  it('sends nothing that is no code', async () => {
    const { codes, sent, accepting } = open(['', '12345', 'abcdef'])
    await assert.rejects(codes.use(request, accepting('111111')), { code: 'ERR_MFA_REFUSED' })
    assert.deepEqual(sent, [])
  })

  it('passes on every other failure at once', async () => {
    const { codes, asked } = open(['111111'])
    const error = new Error('network')
    await assert.rejects(
      codes.use(request, () => Promise.reject(error)),
      error,
    )
    assert.equal(asked.length, 1)
  })

  it('waits for the next code of a command that gives one twice', async () => {
    const { codes, asked, waits, sent, accepting } = open(['111111', '111111', '222222'])
    const withCommand = { ...request, process: 'oathtool' }
    await codes.use(withCommand, accepting('111111'))
    await codes.use(withCommand, accepting('222222'))
    assert.deepEqual(waits, [30_000 - (1_000_010_000 % 30_000)])
    assert.equal(asked[0]?.process, 'oathtool')
    assert.deepEqual(sent, ['111111', '222222'])
  })

  describe('with a code from the command line', () => {
    it('sends it without asking, and asks for the next', async () => {
      const { codes, asked, sent, accepting } = open(['222222'], '111 111')
      await codes.use(request, accepting('111111'))
      assert.equal(asked.length, 0)
      await codes.use(request, accepting('222222'))
      assert.deepEqual([asked.length, sent], [1, ['111111', '222222']])
    })

    it('fails when it is refused, with the next step and without the code', async () => {
      const { codes, asked, accepting } = open([], '654321')
      await assert.rejects(codes.use(request, accepting('222222')), error => {
        assert.ok(isVaultError(error, 'ERR_MFA_REFUSED'))
        assert.match(error.hint ?? '', /next code/)
        assert.doesNotMatch(JSON.stringify([error.message, error.hint, error.facts]), /654321/)
        return true
      })
      assert.equal(asked.length, 0)
    })

    it('fails when it is no code', async () => {
      const { codes, sent, accepting } = open([], 'abc')
      await assert.rejects(codes.use(request, accepting('222222')), { code: 'ERR_MFA_CODE' })
      assert.equal(sent.length, 0)
    })

    it('passes on every other failure', async () => {
      const { codes } = open([], '111111')
      const error = new Error('network')
      await assert.rejects(
        codes.use(request, () => Promise.reject(error)),
        error,
      )
    })
  })
})
