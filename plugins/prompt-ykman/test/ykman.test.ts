import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { ODD_MESSAGES, testContext } from '@aws-vault/plugin-sdk/testkit'
import prompt from '../src/index.ts'

const SERIAL = 'arn:aws:iam::111111111111:mfa/alice'

/** Instead of ykman and a key: says what it was told, one argument a line, and gives what it shall. */
describe('the prompt ykman', { skip: process.platform === 'win32' && 'needs a shell' }, () => {
  let directory = ''
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ykman-'))
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  function context(script: string, options: Record<string, string> = {}, signal?: AbortSignal) {
    writeFileSync(join(directory, 'ykman'), `#!/bin/sh\nprintf '%s\\0' "$@" > ${directory}/told\n${script}\n`)
    chmodSync(join(directory, 'ykman'), 0o755)
    const programEnvironment = { PATH: `${directory}:/usr/bin:/bin` }
    return testContext({ options, programEnvironment, ...(signal === undefined ? {} : { signal }) })
  }
  const told = (): string[] => readFileSync(join(directory, 'told'), 'utf8').split('\0').slice(0, -1)
  const request = { message: 'MFA code', secret: false, mfaSerial: SERIAL }

  test("gives the code of the credential that has the device's ARN", async () => {
    assert.equal(await prompt.ask(request, context('echo 123456')), '123456')
    assert.deepEqual(told(), ['oath', 'accounts', 'code', '--single', '--', SERIAL])
  })

  test('asks the key and the credential that the options name', async () => {
    const options = { credential: 'work aws', device: '42' }
    assert.equal(await prompt.ask(request, context('echo 123456', options)), '123456')
    assert.deepEqual(told(), ['--device', '42', 'oath', 'accounts', 'code', '--single', '--', 'work aws'])
  })

  for (const mfaSerial of ODD_MESSAGES) {
    test(`hands a name over as it is: ${JSON.stringify(mfaSerial)}`, async () => {
      await prompt.ask({ ...request, mfaSerial }, context('echo 123456'))
      assert.equal(told().at(-1), mfaSerial)
      assert.equal(told().at(-2), '--')
    })
  }

  test('says what ykman says when there is no code', async () => {
    const asked = prompt.ask(request, context('echo "No YubiKey detected!" >&2; exit 1'))
    await assert.rejects(asked, error => isVaultError(error, 'ERR_PROMPT_YKMAN') && /No YubiKey/.test(error.message))
  })

  test('gives nothing but MFA codes', async () => {
    assert.equal(prompt.onlyMfaCodes, true)
    const asked = prompt.ask({ message: 'Passphrase', secret: true }, context('echo 123456'))
    await assert.rejects(asked, error => isVaultError(error, 'ERR_PROMPT_UNAVAILABLE'))
  })

  test('says so when ykman is missing', async () => {
    const asked = prompt.ask(request, testContext({ programEnvironment: { PATH: '/nonexistent' } }))
    await assert.rejects(asked, error => isVaultError(error, 'ERR_PROMPT_UNAVAILABLE') && error.hint !== undefined)
  })

  test('ends ykman when it is aborted', async () => {
    const controller = new AbortController()
    const asking = context('sleep 60', {}, controller.signal)
    const asked = prompt.ask(request, asking)
    controller.abort()
    await assert.rejects(asked, error => isVaultError(error, 'ERR_PROMPT_CANCELLED'))
  })
})
