import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  AssumeRoleWithWebIdentityCommand,
  type Credentials,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import { type LocalAws, type RoleSpec, startLocalAws } from './index.ts'

const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const rootKeys = { accessKeyId: 'AKIAI44QH8DHBEXAMPLE', secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY' }
const serial = 'arn:aws:iam::123456789012:mfa/alice'
const roleArn = (name: string) => `arn:aws:iam::123456789012:role/${name}`

/** The credentials of an answer in the form that clients take them. */
function fromAnswer({ AccessKeyId, SecretAccessKey, SessionToken }: Credentials) {
  assert.ok(AccessKeyId && SecretAccessKey && SessionToken)
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
}

describe('sts', () => {
  let aws: LocalAws
  let clients: STSClient[]
  let now: number

  beforeEach(async () => {
    clients = []
    now = Date.now()
    aws = await startLocalAws({ clock: () => now })
    aws.addUser({
      name: 'alice',
      accessKeys: [{ id: keys.accessKeyId, secret: keys.secretAccessKey }],
      mfaDevices: [{}, {}],
    })
    aws.addUser({
      name: 'root',
      root: true,
      accessKeys: [{ id: rootKeys.accessKeyId, secret: rootKeys.secretAccessKey }],
    })
  })

  afterEach(async () => {
    for (const client of clients) client.destroy()
    await aws.close()
  })

  /** A client of the AWS SDK, with keys or with what a call gave out. */
  function client(credentials: Credentials | typeof keys = keys): STSClient {
    const made = new STSClient({
      endpoint: aws.url,
      region: 'eu-central-1',
      maxAttempts: 1,
      credentials: 'AccessKeyId' in credentials ? fromAnswer(credentials) : credentials,
      systemClockOffset: now - Date.now(),
    })
    clients.push(made)
    return made
  }

  async function sessionToken(input: { DurationSeconds?: number; SerialNumber?: string; TokenCode?: string } = {}) {
    const { Credentials: issued } = await client().send(new GetSessionTokenCommand(input))
    assert.ok(issued)
    return issued
  }

  function assume(role: string, input: Partial<AssumeRoleCommandInput> = {}, signer: Credentials | typeof keys = keys) {
    const command = new AssumeRoleCommand({ RoleArn: roleArn(role), RoleSessionName: 'test', ...input })
    return client(signer).send(command)
  }

  async function role(name: string, input: Partial<AssumeRoleCommandInput> = {}, signer?: Credentials) {
    const { Credentials: issued } = await assume(name, input, signer)
    assert.ok(issued)
    return issued
  }

  /** What a refusal says: status, code, message. */
  async function refusal(call: Promise<unknown>): Promise<string> {
    const error: { name: string; message: string; $metadata: { httpStatusCode: number } } = await call.then(
      () => assert.fail('it was not refused'),
      error => error,
    )
    return `${error.$metadata.httpStatusCode} ${error.name}: ${error.message}`
  }

  const seconds = (issued: Credentials) => ((issued.Expiration?.getTime() ?? 0) - Math.floor(now / 1000) * 1000) / 1000
  const later = (milliseconds: number) => {
    now += milliseconds
  }

  describe('GetCallerIdentity', () => {
    it('names users, root users, assumed roles and federated users', async () => {
      aws.addRole({ name: 'admin', path: '/ops/' })
      const { AssumedRoleUser, Credentials: issued } = await assume('ops/admin')
      const { Credentials: federated, FederatedUser } = await client().send(
        new GetFederationTokenCommand({ Name: 'fed' }),
      )
      assert.ok(issued && federated)
      const identity = async (signer: Credentials | typeof keys) => {
        const { Arn, Account, UserId } = await client(signer).send(new GetCallerIdentityCommand({}))
        assert.equal(Account, '123456789012')
        return [Arn, UserId?.replace(/^(A.{3}).{16}/, '$1')]
      }
      assert.deepEqual(await identity(keys), ['arn:aws:iam::123456789012:user/alice', 'AIDA'])
      assert.deepEqual(await identity(rootKeys), ['arn:aws:iam::123456789012:root', '123456789012'])
      assert.deepEqual(await identity(issued), ['arn:aws:sts::123456789012:assumed-role/admin/test', 'AROA:test'])
      assert.equal(AssumedRoleUser?.Arn, 'arn:aws:sts::123456789012:assumed-role/admin/test')
      assert.deepEqual(await identity(federated), ['arn:aws:sts::123456789012:federated-user/fed', '123456789012:fed'])
      assert.equal(FederatedUser?.Arn, 'arn:aws:sts::123456789012:federated-user/fed')
      assert.deepEqual(await identity(await sessionToken()), ['arn:aws:iam::123456789012:user/alice', 'AIDA'])
    })
  })

  describe('GetSessionToken', () => {
    it('gives a session that lives as long as asked, twelve hours if nothing is asked, an hour to a root user', async () => {
      assert.equal(seconds(await sessionToken()), 43_200)
      assert.equal(seconds(await sessionToken({ DurationSeconds: 129_600 })), 129_600)
      const { Credentials: issued } = await client(rootKeys).send(new GetSessionTokenCommand({ DurationSeconds: 7200 }))
      assert.ok(issued)
      assert.equal(seconds(issued), 3600)
    })

    it('refuses durations that are too short or too long', async () => {
      assert.equal(
        await refusal(sessionToken({ DurationSeconds: 899 })),
        "400 ValidationError: 1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
      )
      assert.match(await refusal(sessionToken({ DurationSeconds: 129_601 })), /less than or equal to 129600$/)
    })

    it('refuses to be called with a session', async () => {
      const issued = await sessionToken()
      assert.equal(
        await refusal(client(issued).send(new GetSessionTokenCommand({}))),
        '403 AccessDenied: Cannot call GetSessionToken with session credentials',
      )
      assert.match(
        await refusal(client(issued).send(new GetFederationTokenCommand({ Name: 'fed' }))),
        /Cannot call GetFederationToken with session credentials/,
      )
      assert.match(
        await refusal(client(issued).send(new GetAccessKeyInfoCommand({ AccessKeyId: keys.accessKeyId }))),
        /AccessDenied/,
      )
    })

    it('takes an MFA code once', async () => {
      const code = aws.mfaCode(serial)
      await sessionToken({ SerialNumber: serial, TokenCode: code })
      assert.match(
        await refusal(sessionToken({ SerialNumber: serial, TokenCode: code })),
        /^403 AccessDenied: MultiFactorAuthentication failed with invalid MFA one time pass code\./,
      )
      later(30_000)
      await sessionToken({ SerialNumber: serial, TokenCode: aws.mfaCode(serial) })
      assert.deepEqual(
        aws.calls.map(call => [call.parameters.TokenCode === code, call.result]),
        [
          [true, 'ok'],
          [true, 'AccessDenied'],
          [false, 'ok'],
        ],
      )
    })

    it('refuses codes of another device, of a device that nobody has, and what is no code', async () => {
      const call = (SerialNumber: string, TokenCode: string) => refusal(sessionToken({ SerialNumber, TokenCode }))
      assert.match(await call(`${serial}-2`, aws.mfaCode(serial)), /invalid MFA one time pass code/)
      assert.match(await call(`${serial}-3`, aws.mfaCode(serial)), /unable to validate MFA code/)
      assert.match(await call(serial, '12345x'), /400 ValidationError: .*'tokenCode'.* pattern: \[\\d\]\*$/)
      assert.match(await call(serial, aws.mfaCode(serial, now + 90_000)), /invalid MFA one time pass code/)
      aws.addUser({ name: 'bob', mfaDevices: [{}] })
      assert.match(
        await call(serial.replace('alice', 'bob'), aws.mfaCode(serial.replace('alice', 'bob'))),
        /unable to validate MFA code/,
      )
    })
  })

  describe('AssumeRole', () => {
    const trusting = (name: string, trust: RoleSpec['trust'] = {}, more: Partial<RoleSpec> = {}) =>
      aws.addRole({ name, trust, ...more })
    const denied = (name: string, action = 'sts:AssumeRole', user = 'iam::123456789012:user/alice') =>
      `403 AccessDenied: User: arn:aws:${user} is not authorized to perform: ${action} on resource: ${roleArn(name)}`

    it('assumes roles that trust the account, the user, or everybody, and no others', async () => {
      trusting('account')
      trusting('root', { principals: ['arn:aws:iam::123456789012:root'] })
      trusting('user', { principals: ['arn:aws:iam::123456789012:user/alice'] })
      trusting('all', { principals: ['*'] })
      trusting('others', { principals: ['arn:aws:iam::123456789012:user/bob', '210987654321'] })
      for (const name of ['account', 'root', 'user', 'all']) await assume(name)
      assert.equal(await refusal(assume('others')), denied('others'))
      assert.equal(await refusal(assume('missing')), denied('missing'))
      assert.match(
        await refusal(client(rootKeys).send(new AssumeRoleCommand({ RoleArn: roleArn('all'), RoleSessionName: 'x1' }))),
        /Roles may not be assumed by root accounts/,
      )
    })

    it('assumes roles of other accounts', async () => {
      const { arn } = trusting('abroad', { principals: ['123456789012'] }, { account: '210987654321' })
      const { AssumedRoleUser } = await assume('', { RoleArn: arn })
      assert.equal(AssumedRoleUser?.Arn, 'arn:aws:sts::210987654321:assumed-role/abroad/test')
    })

    it('wants MFA where the trust does: from the call or from the session that signs it', async () => {
      trusting('guarded', { requireMfa: true })
      assert.equal(await refusal(assume('guarded')), denied('guarded'))
      assert.equal(await refusal(assume('guarded', {}, await sessionToken())), denied('guarded'))
      await assume('guarded', { SerialNumber: serial, TokenCode: aws.mfaCode(serial) })
      later(30_000)
      await assume('guarded', {}, await sessionToken({ SerialNumber: serial, TokenCode: aws.mfaCode(serial) }))
    })

    it('takes no MFA code from a role, and does not hand MFA on to it', async () => {
      trusting('first')
      trusting('guarded', { requireMfa: true })
      const first = await role('first', { SerialNumber: serial, TokenCode: aws.mfaCode(serial) })
      later(30_000)
      assert.match(
        await refusal(assume('guarded', { SerialNumber: serial, TokenCode: aws.mfaCode(serial) }, first)),
        /unable to validate MFA code/,
      )
      assert.equal(
        await refusal(assume('guarded', {}, first)),
        denied('guarded', 'sts:AssumeRole', 'sts::123456789012:assumed-role/first/test'),
      )
    })

    it('wants the external id', async () => {
      trusting('partner', { externalId: 'deal-7' })
      await assume('partner', { ExternalId: 'deal-7' })
      assert.equal(await refusal(assume('partner', { ExternalId: 'deal-8' })), denied('partner'))
      assert.equal(await refusal(assume('partner')), denied('partner'))
    })

    it('lives as long as asked, an hour if nothing is asked, and never longer than the role allows', async () => {
      trusting('short')
      trusting('long', {}, { maxSessionDuration: 43_200 })
      assert.equal(seconds(await role('long')), 3600)
      assert.equal(seconds(await role('long', { DurationSeconds: 43_200 })), 43_200)
      assert.equal(seconds(await role('short', { DurationSeconds: 900 })), 900)
      assert.equal(
        await refusal(assume('short', { DurationSeconds: 3601 })),
        '400 ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      )
      assert.match(await refusal(assume('long', { DurationSeconds: 43_201 })), /less than or equal to 43200/)
      assert.match(await refusal(assume('long', { DurationSeconds: 60 })), /greater than or equal to 900/)
    })

    it('gives an hour at most to whoever signs with temporary credentials', async () => {
      trusting('long', {}, { maxSessionDuration: 43_200 })
      const chaining =
        '400 ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.'
      for (const signer of [await role('long'), await sessionToken()]) {
        assert.equal(await refusal(assume('long', { DurationSeconds: 3601 }, signer)), chaining)
        assert.equal(seconds(await role('long', { DurationSeconds: 3600 }, signer)), 3600)
      }
    })

    it('chains roles by role or by session', async () => {
      trusting('first')
      trusting('by-role', { principals: [roleArn('first')] })
      trusting('by-session', { principals: ['arn:aws:sts::123456789012:assumed-role/first/test'] })
      const first = await role('first')
      await assume('by-role', {}, first)
      await assume('by-session', {}, first)
      assert.equal(await refusal(assume('by-role')), denied('by-role'))
      assert.deepEqual(
        aws.calls.map(({ signer, temporary }) => [signer, temporary]),
        [
          ['arn:aws:iam::123456789012:user/alice', false],
          ['arn:aws:sts::123456789012:assumed-role/first/test', true],
          ['arn:aws:sts::123456789012:assumed-role/first/test', true],
          ['arn:aws:iam::123456789012:user/alice', false],
        ],
      )
      assert.equal(aws.calls[0]?.issued, first.AccessKeyId)
      assert.equal(aws.calls[1]?.accessKeyId, first.AccessKeyId)
    })

    it('is strict about names', async () => {
      trusting('any')
      assert.match(
        await refusal(assume('any', { RoleSessionName: 'x' })),
        /^400 ValidationError: 1 validation error detected: Value 'x' at 'roleSessionName' failed/,
      )
      assert.match(
        await refusal(assume('any', { RoleSessionName: 'a b' })),
        /regular expression pattern: \[\\w\+=,\.@-\]\*$/,
      )
      assert.match(await refusal(assume('any', { RoleSessionName: 'x'.repeat(65) })), /less than or equal to 64/)
      assert.match(
        await refusal(assume('any', { RoleSessionName: undefined as unknown as string, RoleArn: 'short' })),
        /^400 ValidationError: 2 validation errors detected: .*'roleArn'.*; Value null at 'roleSessionName'/,
      )
      assert.match(await refusal(assume('any', { SourceIdentity: 'a b' })), /'sourceIdentity'/)
    })

    it('takes tags where the trust allows it, and hands transitive ones on', async () => {
      trusting('plain')
      trusting('tagged', { tagSession: true })
      const Tags = [
        { Key: 'team', Value: 'blue' },
        { Key: 'cost', Value: '' },
      ]
      assert.equal(await refusal(assume('plain', { Tags })), denied('plain', 'sts:TagSession'))
      const { Credentials: first, PackedPolicySize } = await assume('tagged', { Tags, TransitiveTagKeys: ['team'] })
      assert.ok(first && PackedPolicySize)
      assert.equal(
        await refusal(assume('plain', {}, first)),
        denied('plain', 'sts:TagSession', 'sts::123456789012:assumed-role/tagged/test'),
      )
      await assume('tagged', { Tags: [{ Key: 'cost', Value: '1' }] }, first)
      assert.match(
        await refusal(assume('tagged', { Tags: [{ Key: 'Team', Value: 'red' }] }, first)),
        /^400 InvalidParameterValue: Duplicate tag keys/,
      )
      assert.match(
        await refusal(assume('tagged', { Tags, TransitiveTagKeys: ['other'] })),
        /^400 InvalidParameterValue: .*transitive tag key/,
      )
      assert.match(await refusal(assume('tagged', { Tags: [{ Key: 'a*b', Value: '' }] })), /'tags\.1\.member\.key'/)
    })

    it('keeps the source identity through a chain', async () => {
      trusting('plain')
      trusting('known', { setSourceIdentity: true })
      assert.equal(
        await refusal(assume('plain', { SourceIdentity: 'alice' })),
        denied('plain', 'sts:SetSourceIdentity'),
      )
      const first = await role('known', { SourceIdentity: 'alice' })
      const { SourceIdentity } = await assume('known', {}, first)
      assert.equal(SourceIdentity, 'alice')
      const session = 'sts::123456789012:assumed-role/known/test'
      assert.equal(await refusal(assume('plain', {}, first)), denied('plain', 'sts:SetSourceIdentity', session))
      assert.equal(
        await refusal(assume('known', { SourceIdentity: 'bob' }, first)),
        denied('known', 'sts:SetSourceIdentity', session),
      )
    })

    it('takes session policies that are policies', async () => {
      trusting('any')
      const { PackedPolicySize } = await assume('any', {
        Policy: '{"Version":"2012-10-17","Statement":[]}',
        PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
      })
      assert.ok(PackedPolicySize)
      assert.match(
        await refusal(assume('any', { Policy: '{' })),
        /MalformedPolicyDocumentException: Syntax errors in policy/,
      )
      assert.match(
        await refusal(assume('any', { PolicyArns: [{ arn: 'arn:aws:s3:::not-a-policy' }] })),
        /MalformedPolicyDocument/,
      )
    })

    it('denies what policies deny, and what they deny without MFA', async () => {
      trusting('any')
      trusting('weak', {}, { deny: ['sts:*'] })
      aws.addUser({
        name: 'bob',
        accessKeys: [{ id: 'AKIAIOSFODNN8EXAMPLE', secret: keys.secretAccessKey }],
        mfaDevices: [{}],
        requireMfa: ['sts:Assume*'],
      })
      const bob = { ...keys, accessKeyId: 'AKIAIOSFODNN8EXAMPLE' }
      assert.equal(
        await refusal(assume('any', {}, bob)),
        `${denied('any', 'sts:AssumeRole', 'iam::123456789012:user/bob')} with an explicit deny in an identity-based policy`,
      )
      const bobSerial = serial.replace('alice', 'bob')
      await assume('any', { SerialNumber: bobSerial, TokenCode: aws.mfaCode(bobSerial) }, bob)
      assert.match(await refusal(assume('any', {}, await role('weak'))), /explicit deny/)
    })

    it("denies a role's sessions everything but GetCallerIdentity once they are revoked", async () => {
      trusting('any')
      const old = await role('any')
      aws.revoke(roleArn('any'))
      await client(old).send(new GetCallerIdentityCommand({}))
      assert.match(await refusal(assume('any', {}, old)), /403 AccessDenied: .*explicit deny/)
      await assume('any', {}, await role('any'))
    })
  })

  describe('AssumeRoleWithWebIdentity', () => {
    const issuer = 'https://idp.example.com'
    const webIdentity = (WebIdentityToken: string, name = 'web') => {
      const input = { RoleArn: roleArn(name), RoleSessionName: 'test', WebIdentityToken }
      return client().send(new AssumeRoleWithWebIdentityCommand(input))
    }

    beforeEach(() => {
      aws.addIdentityProvider({ issuer })
      aws.addRole({ name: 'web', trust: { webIdentity: { issuer, subject: 'repo:x' } } })
      aws.addRole({ name: 'plain' })
    })

    it('takes a token of the provider that the role trusts', async () => {
      const token = aws.webIdentityToken({ issuer, subject: 'repo:x' })
      const { Credentials: issued, ...rest } = await webIdentity(token)
      assert.ok(issued)
      assert.equal(rest.SubjectFromWebIdentityToken, 'repo:x')
      assert.equal(rest.Provider, 'arn:aws:iam::123456789012:oidc-provider/idp.example.com')
      assert.equal(rest.Audience, 'sts.amazonaws.com')
      const { Arn } = await client(issued).send(new GetCallerIdentityCommand({}))
      assert.equal(Arn, 'arn:aws:sts::123456789012:assumed-role/web/test')
      assert.equal(aws.calls[0]?.accessKeyId, undefined)
      assert.equal(aws.calls[0]?.parameters.WebIdentityToken, '(not recorded)')
    })

    it('refuses tokens that are old, forged, of others, for others or with a line end', async () => {
      const token = aws.webIdentityToken({ issuer, subject: 'repo:x' })
      const [header, , signature] = token.split('.')
      const forged = Buffer.from(JSON.stringify({ iss: issuer, sub: 'repo:x', aud: 'sts.amazonaws.com', exp: 9e9 }))
      const none = Buffer.from('{"alg":"none"}').toString('base64url')
      for (const [refused, words] of [
        [`${token}\n`, /^400 InvalidIdentityTokenException: .*not a valid JWT/],
        ['opaque-access-token', /^400 InvalidIdentityToken/],
        [`${header}.${forged.toString('base64url')}.${signature}`, /could not be validated/],
        [`${none}.${forged.toString('base64url')}.${signature}`, /not a valid JWT/],
        [
          aws.webIdentityToken({ issuer, subject: 'repo:x', expiresIn: 0 }),
          /^400 ExpiredTokenException: Token expired/,
        ],
        [aws.webIdentityToken({ issuer, subject: 'repo:x', audience: 'me' }), /Incorrect token audience/],
        [aws.webIdentityToken({ issuer, subject: 'repo:y' }), /^403 AccessDenied: Not authorized to perform/],
      ] as const) {
        assert.match(await refusal(webIdentity(refused)), words)
      }
      assert.match(
        await refusal(webIdentity(token, 'plain')),
        /Not authorized to perform sts:AssumeRoleWithWebIdentity/,
      )
      assert.match(await refusal(webIdentity(token, 'missing')), /Not authorized to perform/)
      aws.addRole({ account: '210987654321', name: 'far', trust: { webIdentity: { issuer } } })
      const far = { RoleArn: 'arn:aws:iam::210987654321:role/far', RoleSessionName: 'test', WebIdentityToken: token }
      assert.match(
        await refusal(client().send(new AssumeRoleWithWebIdentityCommand(far))),
        /No OpenIDConnect provider found in your account for https:\/\/idp\.example\.com/,
      )
    })
  })

  it('GetAccessKeyInfo tells the account of a key', async () => {
    const { Account } = await client().send(new GetAccessKeyInfoCommand({ AccessKeyId: rootKeys.accessKeyId }))
    assert.equal(Account, '123456789012')
    assert.match(
      await refusal(client().send(new GetAccessKeyInfoCommand({ AccessKeyId: 'AKIAIOSFODNN8EXAMPLE' }))),
      /ValidationError/,
    )
  })

  it('lets the SDK mend a clock that is wrong, by the Date header of the refusal', async () => {
    later(3_600_000)
    const sdk = new STSClient({ endpoint: aws.url, region: 'us-east-1', credentials: keys, maxAttempts: 2 })
    clients.push(sdk)
    await sdk.send(new GetCallerIdentityCommand({}))
    assert.deepEqual(
      aws.calls.map(call => call.result),
      ['SignatureDoesNotMatch', 'ok'],
    )
  })
})
