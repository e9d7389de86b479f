import assert from 'node:assert/strict'
import { after } from 'node:test'
import type { CredentialStep } from '@aws-vault/plugin-sdk'
import { testProvider } from '@aws-vault/plugin-sdk/testkit'
import { startLocalAws } from '../../../test/local-aws/index.ts'
import provider from '../src/index.ts'

const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const otherKeys = { accessKeyId: 'AKIAI44QH8DHBEXAMPLE', secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY' }
const serial = 'arn:aws:iam::123456789012:mfa/alice'

const users = [
  {
    account: '123456789012',
    name: 'alice',
    accessKeys: [{ id: keys.accessKeyId, secret: keys.secretAccessKey }],
    mfaDevices: [{ serial }],
  },
]
const aws = await startLocalAws({ world: { users } })
const silentAws = await startLocalAws({ world: { users, faults: [{ effect: 'hang', times: 'always' }] } })
const strangeAws = await startLocalAws({ world: { faults: [{ effect: 'garbage', times: 'always' }] } })
after(() => Promise.all([aws, silentAws, strangeAws].map(it => it.close())))

const step: CredentialStep = {
  provider: 'session-token',
  profile: 'dev',
  region: 'eu-central-1',
  endpointUrl: aws.url,
  durationSeconds: 900,
  parameters: {},
}
const withMfa = { ...step, mfaSerial: serial }

testProvider({
  name: 'session-token',
  provider,
  succeeds: [
    {
      name: 'keys',
      step,
      input: { source: keys },
      expect({ accessKeyId, expiration }) {
        const call = aws.calls.find(({ issued }) => issued === accessKeyId)
        assert.deepEqual(call?.parameters, { DurationSeconds: '900' })
        assert.ok((expiration?.getTime() ?? 0) <= Date.now() + 900_000)
      },
    },
  ],
  fails: [
    { name: 'unknown keys', step, input: { source: otherKeys }, code: 'ERR_STS_KEYS_REFUSED' },
    {
      name: 'a wrong secret',
      step,
      input: { source: { ...keys, secretAccessKey: otherKeys.secretAccessKey } },
      code: 'ERR_STS_KEYS_REFUSED',
    },
    { name: 'a wrong code', step: withMfa, input: { source: keys, mfaCode: '12345' }, code: 'ERR_MFA_REFUSED' },
    { name: 'too long', step: { ...step, durationSeconds: 999_999 }, input: { source: keys }, code: 'ERR_STS_INVALID' },
    {
      name: 'no AWS',
      step: { ...step, endpointUrl: strangeAws.url },
      input: { source: keys },
      code: 'ERR_NETWORK_FAILED',
    },
  ],
  hangs: [
    {
      name: 'a silent AWS',
      step: { ...step, endpointUrl: silentAws.url },
      input: { source: keys },
      begun: () => silentAws.waitForCall(() => true),
    },
  ],
})
