import assert from 'node:assert/strict'
import { after } from 'node:test'
import type { CredentialStep } from '@aws-vault/plugin-sdk'
import { testProvider } from '@aws-vault/plugin-sdk/testkit'
import { startLocalAws } from '../../../test/local-aws/index.ts'
import provider from '../src/index.ts'

const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const session = { ...keys, accessKeyId: 'ASIAI44QH8DHBEXAMPLE', sessionToken: 'FwoGZXIvYXdzEXAMPLETOKEN' }
const account = '123456789012'

const users = [{ account, name: 'alice', accessKeys: [{ id: keys.accessKeyId, secret: keys.secretAccessKey }] }]
const aws = await startLocalAws({ world: { users } })
const silentAws = await startLocalAws({ world: { users, faults: [{ effect: 'hang', times: 'always' }] } })
after(() => Promise.all([aws, silentAws].map(it => it.close())))

const policy = '{"Version":"2012-10-17","Statement":[]}'
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
const step: CredentialStep = {
  provider: 'federation-token',
  profile: 'dev',
  region: 'eu-central-1',
  endpointUrl: aws.url,
  durationSeconds: 900,
  parameters: { policyArns: [readOnly] },
}
const refused = (name: string, parameters: CredentialStep['parameters'], code = 'ERR_PROVIDER_PARAMETER') => ({
  name,
  step: { ...step, parameters },
  input: { source: keys },
  code,
})

testProvider({
  name: 'federation-token',
  provider,
  succeeds: [
    {
      name: 'a managed policy',
      step,
      input: { source: keys },
      expect({ accessKeyId }) {
        const { Name = '', ...others } = aws.calls.find(({ issued }) => issued === accessKeyId)?.parameters ?? {}
        assert.match(Name, /^[\w+=,.@-]{2,32}$/)
        assert.deepEqual(others, { DurationSeconds: '900', 'PolicyArns.member.1.arn': readOnly })
      },
    },
    {
      name: 'a policy and a name',
      step: { ...step, parameters: { policy, name: 'me' } },
      input: { source: keys },
      expect({ accessKeyId }) {
        const { parameters } = aws.calls.find(({ issued }) => issued === accessKeyId) ?? {}
        assert.deepEqual(parameters, { Name: 'me', DurationSeconds: '900', Policy: policy })
      },
    },
  ],
  fails: [
    refused('no policy', {}),
    refused('an empty list of policies', { policyArns: [] }),
    refused('junk for policies', { policyArns: readOnly }),
    refused('junk for a name', { policy, name: 1 }),
    refused('a policy that is none', { policy: '{}' }, 'ERR_STS_INVALID'),
    {
      name: 'an MFA code',
      step: { ...step, mfaSerial: `arn:aws:iam::${account}:mfa/alice` },
      input: { source: keys, mfaCode: '123456' },
      code: 'ERR_PROVIDER_PARAMETER',
    },
    { name: 'too long', step: { ...step, durationSeconds: 999_999 }, input: { source: keys }, code: 'ERR_STS_INVALID' },
    { name: 'a session of the past', step, input: { source: session }, code: 'ERR_SOURCE_EXPIRED' },
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
