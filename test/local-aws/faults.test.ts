import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts'
import { createFaults } from './faults.ts'
import { type FaultEffect, type FaultSpec, type LocalAws, startLocalAws } from './index.ts'
import { signedCall } from './signed-call.ts'

const alice = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const serial = 'arn:aws:iam::123456789012:mfa/alice'

describe('the choice of faults', () => {
  /** Which of six calls are hit. */
  function hit(spec: Omit<FaultSpec, 'effect'>, action = 'AssumeRole'): string {
    const faults = createFaults()
    faults.add({ ...spec, effect: 'cut' })
    return Array.from({ length: 6 }, () => (faults.next('sts', action) === undefined ? '.' : 'x')).join('')
  }

  it('hits the next call, the n-th, several, all of them', () => {
    assert.equal(hit({}), 'x.....')
    assert.equal(hit({ call: 3 }), '..x...')
    assert.equal(hit({ call: 2, times: 3 }), '.xxx..')
    assert.equal(hit({ call: 5, times: 'always' }), '....xx')
  })

  it('counts each action for itself', () => {
    assert.equal(hit({ action: 'AssumeRole', call: 2 }), '.x....')
    assert.equal(hit({ action: 'GetSessionToken' }), '......')
    assert.equal(hit({ service: 'iam' }), '......')
    assert.equal(hit({ service: 'sts' }), 'x.....')
    const faults = createFaults()
    faults.add({ action: 'B', call: 2, effect: 'cut' })
    assert.deepEqual(
      ['A', 'B', 'A', 'B', 'B'].map(action => faults.next('sts', action)),
      [undefined, undefined, undefined, 'cut', undefined],
    )
  })

  it('prefers what was added first, and counts for all', () => {
    const faults = createFaults()
    faults.add({ effect: 'throttle' }, { times: 2, effect: 'hang' })
    assert.deepEqual(
      [1, 2, 3].map(() => faults.next('sts', 'A')),
      ['throttle', 'hang', undefined],
    )
    faults.clear()
    assert.deepEqual(faults.list(), [])
  })

  it('refuses what it does not understand', () => {
    const faults = createFaults()
    assert.throws(() => faults.add({ effect: 'explode' as 'cut' }), /no effect "explode"/)
    assert.throws(() => faults.add({ effect: {} as { delayMs: number } }), /no effect \{\}/)
    assert.throws(() => faults.add({ n: 1, effect: 'cut' } as FaultSpec), /a fault has no member "n"/)
  })
})

describe('faults', () => {
  let aws: LocalAws

  beforeEach(async () => {
    aws = await startLocalAws()
    aws.addUser({
      name: 'alice',
      accessKeys: [{ id: alice.accessKeyId, secret: alice.secretAccessKey }],
      mfaDevices: [{}],
    })
  })
  afterEach(() => aws.close())

  const call = (parameters = {}) => signedCall(aws.url, alice, { Action: 'GetSessionToken', ...parameters })
  const withCode = (code: string) => call({ SerialNumber: serial, TokenCode: code })
  const broken = { code: 'ECONNRESET' }
  const logged = () => aws.calls.map(({ result, fault, issued }) => [result, fault, issued !== undefined])

  it('refuses with any error, or for want of patience', async () => {
    aws.faults.add(
      { effect: { error: { code: 'ServiceUnavailable', status: 503, message: 'a < b' } } },
      { call: 2, effect: 'throttle' },
    )
    const unavailable = await call()
    assert.deepEqual(
      [unavailable.status, unavailable.element('Code'), unavailable.element('Message'), unavailable.element('Type')],
      [503, 'ServiceUnavailable', 'a &lt; b', 'Receiver'],
    )
    const throttled = await call()
    assert.deepEqual(
      [throttled.status, throttled.element('Code'), throttled.element('Message')],
      [400, 'Throttling', 'Rate exceeded'],
    )
    assert.equal((await call()).status, 200)
    assert.deepEqual(logged(), [
      ['ServiceUnavailable', 'error', false],
      ['Throttling', 'throttle', false],
      ['ok', undefined, true],
    ])
  })

  it('throttles so that the SDK tries again', async () => {
    aws.faults.add({ effect: 'throttle' })
    const sdk = new STSClient({ endpoint: aws.url, region: 'us-east-1', credentials: alice, maxAttempts: 2 })
    await sdk.send(new GetSessionTokenCommand({}))
    sdk.destroy()
    assert.equal(aws.calls.length, 2)
  })

  it('cuts the connection before anything happens: the code is not used up', async () => {
    aws.faults.add({ effect: 'cut' })
    const code = aws.mfaCode(serial)
    await assert.rejects(withCode(code), broken)
    assert.equal((await withCode(code)).status, 200)
    assert.deepEqual(logged(), [
      ['none', 'cut', false],
      ['ok', undefined, true],
    ])
  })

  for (const effect of ['cut-after', 'cut-answer'] satisfies FaultEffect[]) {
    it(`cuts the connection after it happened (${effect}): the code is used up`, async () => {
      aws.faults.add({ effect })
      const code = aws.mfaCode(serial)
      await assert.rejects(withCode(code), broken)
      assert.equal((await withCode(code)).element('Code'), 'AccessDenied')
      assert.deepEqual(logged(), [
        ['ok', effect, true],
        ['AccessDenied', undefined, false],
      ])
    })
  }

  it('sends half of the answer before it cuts', async () => {
    aws.faults.add({ effect: 'cut-answer' })
    const response = await fetch(aws.url, { method: 'POST', body: 'Action=GetCallerIdentity&Version=2011-06-15' })
    let received = ''
    await assert.rejects(async () => {
      for await (const chunk of response.body ?? []) received += Buffer.from(chunk).toString()
    })
    assert.match(received, /^<ErrorResponse/)
    assert.equal(received.includes('</ErrorResponse>'), false)
  })

  it('hangs until it is closed', async () => {
    aws.faults.add({ effect: 'hang' })
    const hanging = call()
    const arrived = await aws.waitForCall(({ fault }) => fault === 'hang')
    assert.equal(arrived.result, 'none')
    assert.equal((await call()).status, 200)
    const ended = assert.rejects(hanging, broken)
    await aws.close()
    await ended
  })

  it('answers late, after what came later', async () => {
    aws.faults.add({ effect: { delayMs: 50 } })
    const order: string[] = []
    const late = call().then(answer => order.push(`late ${answer.status}`))
    await aws.waitForCall(({ fault }) => fault === 'delayMs')
    await call().then(answer => order.push(`soon ${answer.status}`))
    await late
    assert.deepEqual(order, ['soon 200', 'late 200'])
  })

  it('answers with a web page', async () => {
    aws.faults.add({ effect: 'garbage' })
    const answer = await call()
    assert.equal(answer.status, 200)
    assert.match(answer.body, /^<!doctype html>/)
    assert.deepEqual(logged(), [['ok', 'garbage', true]])
  })
})
