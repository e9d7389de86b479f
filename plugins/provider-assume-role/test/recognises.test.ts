import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import type { CredentialStep, Credentials } from '@aws-vault/plugin-sdk'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import { startLocalAws } from '../../../test/local-aws/index.ts'
import provider from '../src/index.ts'

const account = '123456789012'
const aws = await startLocalAws({ world: { roles: [{ account, name: 'admin', path: '/team/' }] } })
after(() => aws.close())

const session: Credentials = {
  accessKeyId: 'ASIAI44QH8DHBEXAMPLE',
  secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
  sessionToken: 'FwoGZXIvYXdzEXAMPLETOKEN',
}
aws.seedSession({
  ...(session as Required<Omit<Credentials, 'expiration'>>),
  role: `arn:aws:iam::${account}:role/team/admin`,
  roleSessionName: '1700000000000000000',
})

function recognises(parameters: CredentialStep['parameters'], more: Partial<CredentialStep> = {}, of = session) {
  const step = {
    provider: 'assume-role',
    profile: 'dev',
    endpointUrl: aws.url,
    durationSeconds: 3600,
    parameters,
    ...more,
  }
  return provider.recognises?.(step, of, testContext())
}

describe('a session that another program left', () => {
  const roleArn = `arn:aws:iam::${account}:role/team/admin`

  it('is taken when AWS says that it is one of the role', async () => {
    assert.equal(await recognises({ roleArn }), true)
    assert.equal(aws.calls.at(-1)?.action, 'GetCallerIdentity')
  })

  const others: readonly [name: string, parameters: CredentialStep['parameters']][] = [
    ['role', { roleArn: `arn:aws:iam::${account}:role/team/other` }],
    ['account', { roleArn: 'arn:aws:iam::999999999999:role/team/admin' }],
    ['partition', { roleArn: `arn:aws-cn:iam::${account}:role/team/admin` }],
    ['role whose name it begins with', { roleArn: `arn:aws:iam::${account}:role/adm` }],
    ['name', { roleArn, roleSessionName: 'me' }],
    ['external id', { roleArn, externalId: 'x' }],
    ['policy', { roleArn, policy: '{}' }],
    ['set of tags', { roleArn, sessionTags: { a: 'b' } }],
    ['source identity', { roleArn, sourceIdentity: 'alice' }],
  ]
  for (const [name, parameters] of others) {
    it(`is not taken for another ${name}`, async () => assert.equal(await recognises(parameters), false))
  }

  it('is not taken where someone wished for a duration', async () => {
    assert.equal(await recognises({ roleArn }, { durationSeconds: 900 }), false)
  })

  it('is not taken when AWS does not know it, or is not there', async () => {
    assert.equal(await recognises({ roleArn }, {}, { ...session, accessKeyId: 'ASIAUNKNOWN' }), false)
    assert.equal(await recognises({ roleArn }, { endpointUrl: 'http://127.0.0.1:1' }), false)
  })
})
