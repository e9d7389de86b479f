import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import type { CredentialStep, Credentials } from '@aws-vault/plugin-sdk'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import { startLocalAws } from '../../../test/local-aws/index.ts'
import provider from '../src/index.ts'
import { isSessionOfPermissionSet } from '../src/same-role.ts'

const account = '111111111111'
const path = '/aws-reserved/sso.amazonaws.com/eu-west-1/'
const name = 'AWSReservedSSO_Admin_0123456789abcdef'
const aws = await startLocalAws({ world: { roles: [{ account, name, path }] } })
after(() => aws.close())

const session: Credentials = {
  accessKeyId: 'ASIAI44QH8DHBEXAMPLE',
  secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
  sessionToken: 'FwoGZXIvYXdzEXAMPLETOKEN',
}
aws.seedSession({
  ...(session as Required<Omit<Credentials, 'expiration'>>),
  role: `arn:aws:iam::${account}:role${path}${name}`,
  roleSessionName: 'alice@example.com',
})

function recognises(parameters: CredentialStep['parameters'] = {}, of = session) {
  const step = {
    provider: 'sso',
    profile: 'dev',
    region: 'eu-west-1',
    // The portal's, which knows nothing of STS.
    endpointUrl: 'http://127.0.0.1:1',
    parameters: {
      startUrl: 'https://corp.awsapps.com/start',
      accountId: account,
      roleName: 'Admin',
      stsEndpointUrl: aws.url,
      ...parameters,
    },
  }
  return provider.recognises?.(step, of, testContext())
}

describe('a session that another program left', () => {
  it('is taken when AWS says that it is one of the permission set, by one call', async () => {
    assert.equal(await recognises(), true)
    assert.deepEqual(
      aws.calls.map(({ action }) => action),
      ['GetCallerIdentity'],
    )
  })
  it('is not taken for another account or permission set', async () => {
    assert.equal(await recognises({ accountId: '999999999999' }), false)
    assert.equal(await recognises({ roleName: 'Adm' }), false)
    assert.equal(await recognises({ roleName: 'Reader' }), false)
  })
  it('is not taken when AWS does not know it, or is not there', async () => {
    assert.equal(await recognises({}, { ...session, accessKeyId: 'ASIAUNKNOWN' }), false)
    assert.equal(await recognises({ stsEndpointUrl: 'http://127.0.0.1:1' }), false)
  })
})

describe('the ARN of a session', () => {
  const arn = (role: string, rest = 'alice', of = account, partition = 'aws') =>
    `arn:${partition}:sts::${of}:assumed-role/${role}/${rest}`
  const is = (text: string, roleName = 'Admin') => isSessionOfPermissionSet(text, account, roleName)

  it('is of the permission set whose name is the whole of what stands between prefix and digits', () => {
    assert.ok(is(arn(name)))
    assert.ok(is(arn(name, 'alice', account, 'aws-us-gov')))
    assert.ok(is(arn('AWSReservedSSO_Admin_0123456789abcdef_0123456789abcdef'), 'Admin_0123456789abcdef'))
    assert.ok(!is(arn('AWSReservedSSO_Admin_0123456789abcdef_0123456789abcdef')))
    assert.ok(!is(arn(name), 'Admin_0123456789abcdef'))
    assert.ok(!is(arn('AWSReservedSSO_Admin_2_0123456789abcdef')))
    assert.ok(!is(arn('AWSReservedSSO_Admin_0123456789ABCDEF')))
    assert.ok(!is(arn('AWSReservedSSO_admin_0123456789abcdef')))
    assert.ok(!is(arn('Admin')))
    assert.ok(!is(arn(`x/${name}`)))
    assert.ok(!is(arn(name, 'alice/x')))
    assert.ok(!is(`arn:aws:iam::${account}:user/${name}/alice`))
    assert.ok(!is(arn(name, 'alice', '999999999999')))
    assert.ok(is(arn('AWSReservedSSO_A.b+c_0123456789abcdef'), 'A.b+c'))
    assert.ok(!is(arn('AWSReservedSSO_Axb+c_0123456789abcdef'), 'A.b+c'))
  })
})
