import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type LocalAws, startLocalAws } from './index.ts'
import { type Answer, type Keys, signedCall } from './signed-call.ts'

const alice = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const serial = 'arn:aws:iam::123456789012:mfa/alice'
const xmlns = /^<\w+ xmlns="https:\/\/iam\.amazonaws\.com\/doc\/2010-05-08\/">/

describe('iam', () => {
  let aws: LocalAws

  beforeEach(async () => {
    aws = await startLocalAws({
      world: {
        users: [
          {
            name: 'alice',
            path: '/staff/',
            accessKeys: [{ id: alice.accessKeyId, secret: alice.secretAccessKey }],
            mfaDevices: [{}],
          },
        ],
        roles: [{ name: 'admin' }],
      },
    })
  })
  afterEach(() => aws.close())

  const iam = (action: string, parameters: Record<string, string> = {}, keys: Keys = alice, region = 'us-east-1') =>
    signedCall(aws.url, keys, { Action: action, ...parameters }, { service: 'iam', region })

  const keysOf = (answer: Answer): Required<Keys> => ({
    accessKeyId: answer.element('AccessKeyId') ?? '',
    secretAccessKey: answer.element('SecretAccessKey') ?? '',
    sessionToken: answer.element('SessionToken') ?? '',
  })
  const sts = async (parameters: Record<string, string>) => keysOf(await signedCall(aws.url, alice, parameters))
  const listed = async () =>
    [...(await iam('ListAccessKeys')).body.matchAll(/<AccessKeyId>(\w+)</g)].map(([, id]) => id)
  const refused = async (call: Promise<Answer>) => {
    const answer = await call
    return `${answer.status} ${answer.element('Code')}: ${answer.element('Message')}`
  }

  it('rotates a key: creates one, uses it, switches the old one off and deletes it', async () => {
    const created = await iam('CreateAccessKey')
    assert.match(created.body, xmlns)
    assert.equal(created.element('UserName'), 'alice')
    assert.equal(created.element('Status'), 'Active')
    const { accessKeyId, secretAccessKey } = keysOf(created)
    const fresh = { accessKeyId, secretAccessKey }
    assert.deepEqual(await listed(), [alice.accessKeyId, accessKeyId])
    const old = { UserName: 'alice', AccessKeyId: alice.accessKeyId }
    assert.equal((await iam('UpdateAccessKey', { ...old, Status: 'Inactive' }, fresh)).status, 200)
    assert.match(await refused(iam('GetUser')), /^403 InvalidClientTokenId/)
    assert.equal((await iam('ListAccessKeys', {}, fresh)).element('Status'), 'Inactive')
    const deleted = await iam('DeleteAccessKey', old, fresh)
    assert.equal(deleted.status, 200)
    assert.equal(deleted.body.includes('DeleteAccessKeyResult'), false)
    assert.match(await refused(iam('DeleteAccessKey', old, fresh)), /^404 NoSuchEntity: The Access Key with id AKIA/)
    assert.deepEqual(
      aws.calls.filter(call => call.result === 'ok').map(call => [call.action, call.accessKeyId === accessKeyId]),
      [
        ['CreateAccessKey', false],
        ['ListAccessKeys', false],
        ['UpdateAccessKey', true],
        ['ListAccessKeys', true],
        ['DeleteAccessKey', true],
      ],
    )
    assert.equal(aws.calls[0]?.issued, accessKeyId)
  })

  it('gives a user two keys and no more, switched off ones counted', async () => {
    const second = keysOf(await iam('CreateAccessKey'))
    await iam('UpdateAccessKey', { AccessKeyId: second.accessKeyId, Status: 'Inactive' })
    assert.equal(
      await refused(iam('CreateAccessKey')),
      '409 LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2',
    )
    assert.match(
      await refused(iam('UpdateAccessKey', { AccessKeyId: second.accessKeyId, Status: 'Off' })),
      /^400 ValidationError: .*'status'/,
    )
  })

  it('tells who a user is', async () => {
    const user = await iam('GetUser')
    assert.equal(user.element('Arn'), 'arn:aws:iam::123456789012:user/staff/alice')
    assert.equal(user.element('Path'), '/staff/')
    assert.match(user.element('UserId') ?? '', /^AIDA\w{16}$/)
    assert.match(user.element('CreateDate') ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    assert.match(await refused(iam('GetUser', { UserName: 'bob' })), /^404 NoSuchEntity: The user with name bob/)
  })

  it('is signed for one region', async () => {
    assert.match(await refused(iam('GetUser', {}, alice, 'eu-west-1')), /^403 SignatureDoesNotMatch: .*'eu-west-1'/)
  })

  it('knows sessions of GetSessionToken only when they were made with MFA', async () => {
    const plain = await sts({ Action: 'GetSessionToken' })
    assert.match(await refused(iam('GetUser', {}, plain)), /^403 InvalidClientTokenId/)
    const strong = await sts({ Action: 'GetSessionToken', SerialNumber: serial, TokenCode: aws.mfaCode(serial) })
    assert.equal((await iam('GetUser', {}, strong)).status, 200)
    const federated = await sts({ Action: 'GetFederationToken', Name: 'fed' })
    assert.match(await refused(iam('GetUser', {}, federated)), /^403 InvalidClientTokenId/)
  })

  it('wants roles to name the user', async () => {
    const RoleArn = 'arn:aws:iam::123456789012:role/admin'
    const role = await sts({ Action: 'AssumeRole', RoleArn, RoleSessionName: 'test' })
    assert.match(await refused(iam('GetUser', {}, role)), /^400 ValidationError: Must specify userName/)
    assert.equal((await iam('GetUser', { UserName: 'alice' }, role)).status, 200)
  })

  it('denies what policies deny', async () => {
    aws.addUser({
      name: 'bob',
      accessKeys: [{ id: 'AKIAI44QH8DHBEXAMPLE', secret: alice.secretAccessKey }],
      deny: ['iam:GetUser'],
      requireMfa: ['iam:*AccessKey'],
    })
    const bob = { ...alice, accessKeyId: 'AKIAI44QH8DHBEXAMPLE' }
    assert.equal(
      await refused(iam('GetUser', {}, bob)),
      '403 AccessDenied: User: arn:aws:iam::123456789012:user/bob is not authorized to perform: iam:GetUser on resource: user bob with an explicit deny in an identity-based policy',
    )
    assert.match(await refused(iam('CreateAccessKey', {}, bob)), /^403 AccessDenied/)
    assert.equal((await iam('ListAccessKeys', {}, bob)).status, 200)
  })
})
