import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type LocalAws, startLocalAws } from './index.ts'
import { type Keys, type SignedCall, signedCall } from './signed-call.ts'

// The example keys of the AWS documentation.
const alice = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const bob = { accessKeyId: 'AKIAI44QH8DHBEXAMPLE', secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY' }
const noon = Date.UTC(2026, 0, 1, 12)
const minute = 60_000

describe('signatures', () => {
  let aws: LocalAws
  let session: Required<Keys>

  before(async () => {
    aws = await startLocalAws({ clock: () => noon })
    for (const [name, keys] of Object.entries({ alice, bob })) {
      aws.addUser({ name, accessKeys: [{ id: keys.accessKeyId, secret: keys.secretAccessKey }] })
    }
    session = await newSession(alice)
  })
  after(() => aws.close())

  async function newSession(keys: Keys): Promise<Required<Keys>> {
    const answer = await signedCall(aws.url, keys, { Action: 'GetSessionToken', DurationSeconds: '900' }, { at: noon })
    const [accessKeyId = '', secretAccessKey = '', sessionToken = ''] = [
      'AccessKeyId',
      'SecretAccessKey',
      'SessionToken',
    ].map(name => answer.element(name))
    return { accessKeyId, secretAccessKey, sessionToken }
  }

  /** Asks who am I, and says `ok` or what the refusal says. */
  async function ask(keys: Keys | undefined, call: SignedCall = {}): Promise<string> {
    const answer = await signedCall(aws.url, keys, { Action: 'GetCallerIdentity' }, { at: noon, ...call })
    if (answer.status === 200) return 'ok'
    assert.match(answer.body, /^<ErrorResponse xmlns="https:\/\/\w+\.amazonaws\.com\//)
    assert.equal(answer.element('RequestId'), answer.headers['x-amzn-requestid'])
    assert.equal(answer.element('Type'), 'Sender')
    return `${answer.status} ${answer.element('Code')}: ${answer.element('Message')}`
  }

  it('takes right ones: of keys, of sessions, of GET requests, of any region', async () => {
    assert.equal(await ask(alice), 'ok')
    assert.equal(await ask(session), 'ok')
    assert.equal(await ask(alice, { get: true }), 'ok')
    assert.equal(await ask(alice, { region: 'ap-southeast-2' }), 'ok')
    assert.equal(aws.calls.at(-1)?.region, 'ap-southeast-2')
  })

  it('refuses a wrong secret, a changed body and a changed header', async () => {
    const refused = /^403 SignatureDoesNotMatch: The request signature we calculated does not match/
    assert.match(await ask({ ...alice, secretAccessKey: bob.secretAccessKey }), refused)
    assert.match(await ask(alice, { tamper: sent => (sent.body += '&DurationSeconds=1') }), refused)
    assert.match(await ask(alice, { tamper: ({ headers }) => (headers['x-amz-date'] = '20260101T120001Z') }), refused)
    assert.match(
      await ask(alice, {
        tamper: ({ headers }) =>
          (headers.authorization = headers.authorization?.replace(/.$/, last => (last === '0' ? '1' : '0')) as string),
      }),
      refused,
    )
    assert.match(
      await ask(alice, {
        tamper: ({ headers }) => (headers.authorization = headers.authorization?.slice(0, -1) as string),
      }),
      refused,
    )
  })

  it('refuses headers that are not signed, and scopes that are not its own', async () => {
    assert.match(
      await ask(alice, { tamper: ({ headers }) => (headers['x-amz-extra'] = 'smuggled') }),
      /^403 SignatureDoesNotMatch: 'x-amz-extra' must be a 'SignedHeader'/,
    )
    assert.match(
      await ask(alice, {
        tamper: ({ headers }) => (headers.authorization = headers.authorization?.replace('host;', '') as string),
      }),
      /'Host' or ':authority' must be a 'SignedHeader'/,
    )
    assert.match(
      await ask(alice, { region: 'a.b' }),
      /SignatureDoesNotMatch: Credential should be scoped to a valid region/,
    )
    const scope = (from: string, to: string) =>
      ask(alice, {
        tamper: ({ headers }) => (headers.authorization = headers.authorization?.replace(from, to) as string),
      })
    assert.match(await scope('/sts/', '/s3/'), /Credential should be scoped to correct service: 'sts'/)
    assert.match(await scope('aws4_request', 'aws5_request'), /valid terminator: 'aws4_request', not 'aws5_request'/)
    assert.match(await scope('/20260101/', '/20251231/'), /'20251231' != '20260101', from '20260101T120000Z'/)
  })

  it('refuses missing and incomplete signatures', async () => {
    assert.equal(await ask(undefined), '403 MissingAuthenticationToken: Request is missing Authentication Token')
    assert.match(
      await ask(alice, { tamper: ({ headers }) => (headers.authorization = 'Bearer abc') }),
      /^400 IncompleteSignature: Unsupported AWS 'algorithm': 'Bearer'/,
    )
    assert.match(
      await ask(alice, { tamper: ({ headers }) => delete headers['x-amz-date'] }),
      /^400 IncompleteSignature: .*either a 'X-Amz-Date' or a 'Date' header/,
    )
  })

  it('refuses a key that it does not know, and one that is switched off', async () => {
    const unknown = '403 InvalidClientTokenId: The security token included in the request is invalid.'
    assert.equal(await ask({ ...alice, accessKeyId: 'AKIAIOSFODNN8EXAMPLE' }), unknown)
    aws.addUser({
      name: 'carol',
      accessKeys: [{ id: 'AKIAIOSFODNN9EXAMPLE', secret: alice.secretAccessKey, active: false }],
    })
    assert.equal(await ask({ ...alice, accessKeyId: 'AKIAIOSFODNN9EXAMPLE' }), unknown)
  })

  it("refuses a session token that is missing, another one's or a long-lived key's", async () => {
    const other = await newSession(bob)
    const { sessionToken, ...withoutToken } = session
    for (const keys of [
      withoutToken,
      { ...session, sessionToken: other.sessionToken },
      { ...session, sessionToken: `${sessionToken}A` },
      { ...alice, sessionToken },
    ]) {
      assert.match(await ask(keys), /^403 InvalidClientTokenId/)
    }
  })

  it('refuses keys of one partition in a region of another', async () => {
    aws.addAccount({ id: '210987654321', partition: 'aws-cn' })
    aws.addUser({
      account: '210987654321',
      name: 'dan',
      accessKeys: [{ id: 'AKIAIOSFODNN0EXAMPLE', secret: alice.secretAccessKey }],
    })
    const dan = { ...alice, accessKeyId: 'AKIAIOSFODNN0EXAMPLE' }
    assert.match(await ask(dan), /^403 InvalidClientTokenId/)
    assert.equal(await ask(dan, { region: 'cn-north-1' }), 'ok')
    assert.equal(aws.calls.at(-1)?.signer, 'arn:aws-cn:iam::210987654321:user/dan')
    assert.match(await ask(alice, { region: 'us-gov-west-1' }), /^403 InvalidClientTokenId/)
  })

  it('takes clocks that are five minutes off, and words it as AWS does beyond', async () => {
    assert.equal(await ask(alice, { at: noon - 5 * minute }), 'ok')
    assert.equal(await ask(alice, { at: noon + 5 * minute }), 'ok')
    assert.equal(
      await ask(alice, { at: noon - 5 * minute - 1000 }),
      '403 SignatureDoesNotMatch: Signature expired: 20260101T115459Z is now earlier than 20260101T115500Z (20260101T120000Z - 5 min.)',
    )
    assert.equal(
      await ask(alice, { at: noon + 5 * minute + 1000 }),
      '403 SignatureDoesNotMatch: Signature not yet current: 20260101T120501Z is still later than 20260101T120500Z (20260101T120000Z + 5 min.)',
    )
  })

  it('says the time by its own clock', async () => {
    const answer = await signedCall(aws.url, alice, { Action: 'GetCallerIdentity' }, { at: noon })
    assert.equal(answer.headers.date, 'Thu, 01 Jan 2026 12:00:00 GMT')
  })

  it('refuses an expired session, and takes it until then', async () => {
    const end = noon + 15 * minute
    aws.setClock(() => end - 1)
    assert.equal(await ask(session, { at: end - 1000 }), 'ok')
    aws.setClock(() => end)
    assert.equal(
      await ask(session, { at: end }),
      '403 ExpiredToken: The security token included in the request is expired',
    )
    assert.match(
      await ask({ ...session, secretAccessKey: alice.secretAccessKey }, { at: end }),
      /SignatureDoesNotMatch/,
    )
    aws.setClock(() => noon)
  })

  it('takes sessions that another tool made, and none that was revoked', async () => {
    const seeded = {
      accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
      secretAccessKey: alice.secretAccessKey,
      sessionToken: 'AQoDYXdzEJr...EXAMPLETOKEN',
    }
    assert.match(await ask(seeded), /InvalidClientTokenId/)
    aws.seedSession({ ...seeded, user: 'alice' })
    assert.equal(await ask(seeded), 'ok')
    assert.equal(aws.calls.at(-1)?.signer, 'arn:aws:iam::123456789012:user/alice')
    assert.equal(aws.calls.at(-1)?.temporary, true)
    aws.revoke(seeded.accessKeyId)
    assert.match(await ask(seeded), /InvalidClientTokenId/)
    aws.seedSession({ ...seeded, user: 'alice', expiration: '2026-01-01T11:00:00Z' })
    assert.match(await ask(seeded), /ExpiredToken/)
    assert.throws(() => aws.revoke('ASIAI44QH8DHBEXAMPLE'), /neither a session nor a role/)
  })

  it('knows no other actions, versions and paths', async () => {
    const code = async (parameters: Record<string, string>) => {
      const answer = await signedCall(aws.url, alice, parameters, { at: noon })
      return `${answer.status} ${answer.element('Code') ?? answer.body.trim()}`
    }
    assert.equal(await code({ Action: 'DecodeAuthorizationMessage' }), '400 InvalidAction')
    assert.equal(await code({ Action: 'constructor' }), '400 InvalidAction')
    assert.equal(await code({ Action: 'GetCallerIdentity', Version: '2012-01-01' }), '404 no such service')
    assert.equal((await fetch(`${aws.url}/elsewhere?Action=GetCallerIdentity`)).status, 404)
    assert.equal((await fetch(aws.url, { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) })).status, 413)
  })

  it('never lets a secret into the call log', async () => {
    const log = JSON.stringify(aws.calls)
    for (const secret of [alice.secretAccessKey, session.secretAccessKey, session.sessionToken]) {
      assert.equal(log.includes(secret), false)
    }
  })
})
