import assert from 'node:assert/strict'
import { after } from 'node:test'
import type { CredentialStep } from '@aws-vault/plugin-sdk'
import { testProvider } from '@aws-vault/plugin-sdk/testkit'
import { startLocalAws } from '../../../test/local-aws/index.ts'
import provider from '../src/index.ts'

const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const unknownSession = {
  accessKeyId: 'ASIAI44QH8DHBEXAMPLE',
  secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
  sessionToken: 'FwoGZXIvYXdzEXAMPLETOKEN',
  expiration: new Date('2100-01-01T00:00:00Z'),
}

const account = '123456789012'
const world = {
  users: [{ account, name: 'alice', accessKeys: [{ id: keys.accessKeyId, secret: keys.secretAccessKey }] }],
  roles: [
    { account, name: 'admin', path: '/team/' },
    {
      account,
      name: 'tagged',
      trust: { principals: [account], tagSession: true, setSourceIdentity: true, externalId: 'x1' },
    },
    { account, name: 'closed', trust: { principals: ['999999999999'] } },
  ],
}
const aws = await startLocalAws({ world })
const silentAws = await startLocalAws({ world: { ...world, faults: [{ effect: 'hang', times: 'always' }] } })
after(() => Promise.all([aws, silentAws].map(it => it.close())))

const step: CredentialStep = {
  provider: 'assume-role',
  profile: 'dev',
  region: 'eu-central-1',
  endpointUrl: aws.url,
  durationSeconds: 900,
  parameters: { roleArn: `arn:aws:iam::${account}:role/team/admin`, roleSessionName: 'me' },
}
const everything = {
  roleArn: `arn:aws:iam::${account}:role/tagged`,
  externalId: 'x1',
  sourceIdentity: 'alice',
  sessionTags: { team: 'a b', empty: '' },
  transitiveTagKeys: ['team'],
  policy: '{"Version":"2012-10-17","Statement":[]}',
  policyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
}

testProvider({
  name: 'assume-role',
  provider,
  succeeds: [
    {
      name: 'a role',
      step,
      input: { source: keys },
      expect({ accessKeyId }) {
        const call = aws.calls.find(({ issued }) => issued === accessKeyId)
        assert.deepEqual(call?.parameters, {
          DurationSeconds: '900',
          RoleArn: `arn:aws:iam::${account}:role/team/admin`,
          RoleSessionName: 'me',
        })
      },
    },
    {
      name: 'all parameters',
      step: { ...step, parameters: everything },
      input: { source: keys },
      expect({ accessKeyId }) {
        const { RoleSessionName = '', ...others } =
          aws.calls.find(({ issued }) => issued === accessKeyId)?.parameters ?? {}
        assert.match(RoleSessionName, /^[\w+=,.@-]{2,64}$/)
        assert.deepEqual(others, {
          DurationSeconds: '900',
          RoleArn: everything.roleArn,
          ExternalId: 'x1',
          SourceIdentity: 'alice',
          'Tags.member.1.Key': 'team',
          'Tags.member.1.Value': 'a b',
          'Tags.member.2.Key': 'empty',
          'Tags.member.2.Value': '',
          'TransitiveTagKeys.member.1': 'team',
          Policy: everything.policy,
          'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
        })
      },
    },
  ],
  fails: [
    {
      name: 'a role that does not trust',
      step: { ...step, parameters: { roleArn: `arn:aws:iam::${account}:role/closed` } },
      input: { source: keys },
      code: 'ERR_STS_DENIED',
    },
    { name: 'a session of the past', step, input: { source: unknownSession }, code: 'ERR_SOURCE_EXPIRED' },
    { name: 'too long', step: { ...step, durationSeconds: 7200 }, input: { source: keys }, code: 'ERR_STS_INVALID' },
    { name: 'no role', step: { ...step, parameters: {} }, input: { source: keys }, code: 'ERR_PROVIDER_PARAMETER' },
    {
      name: 'junk for tags',
      step: { ...step, parameters: { ...step.parameters, sessionTags: ['a'] } },
      input: { source: keys },
      code: 'ERR_PROVIDER_PARAMETER',
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
