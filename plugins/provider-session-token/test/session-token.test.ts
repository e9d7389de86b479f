import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import { startLocalAws } from '../../../test/local-aws/index.ts'
import provider from '../src/index.ts'

const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const mfaSerial = 'arn:aws:iam::123456789012:mfa/alice'

const aws = await startLocalAws()
aws.addUser({
  account: '123456789012',
  name: 'alice',
  accessKeys: [{ id: keys.accessKeyId, secret: keys.secretAccessKey }],
  mfaDevices: [{ serial: mfaSerial }],
})
after(() => aws.close())

const step = { provider: 'session-token', profile: 'dev', endpointUrl: aws.url, durationSeconds: 3600, parameters: {} }

describe('the provider session-token', () => {
  it('sends an MFA code with its device', async () => {
    const mfaCode = aws.mfaCode(mfaSerial)
    await provider.resolve({ ...step, mfaSerial }, { source: keys, mfaCode }, testContext())
    const { parameters } = aws.calls.at(-1) ?? {}
    assert.deepEqual(parameters, { DurationSeconds: '3600', SerialNumber: mfaSerial, TokenCode: mfaCode })
  })

  it('recognises a session of another program unless someone wished for a duration, and asks nobody', async () => {
    const count = aws.calls.length
    const recognised = [3600, 28_800, 900].map(durationSeconds =>
      provider.recognises?.({ ...step, durationSeconds }, { accessKeyId: 'a', secretAccessKey: 'b' }, testContext()),
    )
    assert.deepEqual(await Promise.all(recognised), [true, true, false])
    assert.equal(aws.calls.length, count)
  })
})
