import assert from 'node:assert/strict'
import { generateKeyPairSync, hash, randomUUID, sign } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fromLoginCredentials } from '@aws-sdk/credential-provider-login'
import { startLocalAws } from './index.ts'

const alice = 'arn:aws:iam::123456789012:user/alice'
const clientId = 'arn:aws:signin:::devtools/same-device'
const redirectUri = 'http://127.0.0.1:5000/oauth/callback'
const verifier = 'v'.repeat(64)

let skew = 0
const aws = await startLocalAws({
  clock: () => Date.now() + skew,
  world: { users: [{ name: 'alice' }], signIn: { user: 'alice' } },
})
after(() => aws.close())

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

interface ProofParts {
  readonly header?: object
  readonly claims?: object
  readonly key?: typeof privateKey
}

function proof({ header = {}, claims = {}, key = privateKey }: ProofParts = {}): string {
  const { d: _, ...jwk } = key.export({ format: 'jwk' })
  const parts = [
    { typ: 'dpop+jwt', alg: 'ES256', jwk, ...header },
    { htm: 'POST', htu: `${aws.url}/v1/token`, iat: Math.floor(aws.now() / 1000), jti: randomUUID(), ...claims },
  ]
  const content = parts.map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${content}.${sign('sha256', Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

// biome-ignore lint/suspicious/noExplicitAny: what AWS answers
type Answer = Record<string, any>

async function token(body: object, dpop: string | undefined = proof()): Promise<Answer> {
  const headers = { 'Content-Type': 'application/json', ...(dpop === '' ? {} : { DPoP: dpop }) }
  const answer = await fetch(`${aws.url}/v1/token`, { method: 'POST', headers, body: JSON.stringify(body) })
  return { code: answer.headers.get('x-amzn-errortype'), ...((await answer.json()) as Answer) }
}

async function authorize(more: Record<string, string> = {}): Promise<URL | undefined> {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    state: 's t',
    code_challenge_method: 'SHA-256',
    code_challenge: hash('sha256', verifier, 'base64url'),
    scope: 'openid',
    ...more,
  })
  const answer = await fetch(`${aws.url}/v1/authorize?${query}`, { redirect: 'manual' })
  const location = answer.headers.get('location')
  return location === null ? undefined : new URL(location)
}

const newCode = async (): Promise<string> => (await authorize())?.searchParams.get('code') ?? ''
const redeem = (code: string, more: object = {}, dpop?: string): Promise<Answer> =>
  token({ clientId, grantType: 'authorization_code', code, redirectUri, codeVerifier: verifier, ...more }, dpop)
const refresh = (refreshToken: string, more: object = {}, dpop?: string): Promise<Answer> =>
  token({ clientId, grantType: 'refresh_token', refreshToken, ...more }, dpop)

const invalid = { code: 'ValidationException:', error: 'INVALID_REQUEST' }
const like = ({ code, error }: Answer) => ({ code, error })

describe('the sign-in service', () => {
  it('sends the browser back with the state and a code, which the right verifier redeems once', async () => {
    const back = await authorize()
    assert.equal(back?.origin + (back?.pathname ?? ''), redirectUri)
    assert.equal(back?.searchParams.get('state'), 's t')
    const code = back?.searchParams.get('code') ?? ''
    const { accessToken, expiresIn, refreshToken, idToken } = await redeem(code)
    assert.equal(expiresIn, 900)
    assert.ok(accessToken.accessKeyId && accessToken.secretAccessKey && accessToken.sessionToken && refreshToken)
    assert.equal(JSON.parse(Buffer.from(idToken.split('.')[1], 'base64url').toString()).sub, alice)
    assert.deepEqual(like(await redeem(code)), invalid)
    assert.deepEqual(like(await redeem(await newCode(), { codeVerifier: 'w'.repeat(64) })), invalid)
    assert.deepEqual(like(await redeem(await newCode(), { redirectUri: 'http://127.0.0.1:1/oauth/callback' })), invalid)
    const cross = 'arn:aws:signin:::devtools/cross-device'
    assert.deepEqual(like(await redeem(await newCode(), { clientId: cross })), invalid)
  })

  for (const [name, more] of [
    ['another host', { redirect_uri: 'http://evil.example/oauth/callback' }],
    ['another path', { redirect_uri: 'http://127.0.0.1:5000/' }],
    ['another client', { client_id: 'arn:aws:signin:::devtools/other' }],
    ['the other client', { client_id: 'arn:aws:signin:::devtools/cross-device' }],
    ['the name that OAuth has for the challenge', { code_challenge_method: 'S256' }],
    ['no challenge', { code_challenge: '' }],
    ['another scope', { scope: 'email' }],
  ] as const) {
    it(`sends the browser nowhere with ${name}`, async () => assert.equal(await authorize(more), undefined))
  }

  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const { d: _, ...otherKey } = other.export({ format: 'jwk' })
  for (const [name, dpop] of [
    ['none', () => ''],
    ['one of another type', () => proof({ header: { typ: 'JWT' } })],
    ['one signed by another key', () => proof({ header: { jwk: otherKey } })],
    ['one with the private key in it', () => proof({ header: { jwk: privateKey.export({ format: 'jwk' }) } })],
    ['one for another method', () => proof({ claims: { htm: 'GET' } })],
    ['one for another address', () => proof({ claims: { htu: 'https://evil.example/v1/token' } })],
    ['an old one', () => proof({ claims: { iat: Math.floor(aws.now() / 1000) - 301 } })],
    ['one without an id', () => proof({ claims: { jti: '' } })],
  ] as const) {
    it(`wants a proof of possession, and not ${name}`, async () => {
      assert.deepEqual(like(await redeem(await newCode(), {}, dpop())), invalid)
    })
  }

  it('takes a proof once', async () => {
    const dpop = proof()
    const { refreshToken } = await redeem(await newCode(), {}, dpop)
    assert.deepEqual(like(await refresh(refreshToken, {}, dpop)), invalid)
  })

  it('renews by refresh tokens, each good once and with its key alone, until the time is over', async () => {
    const first = await redeem(await newCode())
    assert.deepEqual(like(await refresh(first.refreshToken, {}, proof({ key: other }))), invalid)
    const second = await refresh(first.refreshToken)
    assert.ok(second.accessToken.accessKeyId)
    assert.equal(second.idToken, undefined)
    assert.deepEqual(like(await refresh(first.refreshToken)), invalid)
    skew = 12 * 3_600_000
    const late = await refresh(second.refreshToken)
    skew = 0
    assert.deepEqual(like(late), { code: 'AccessDeniedException:', error: 'TOKEN_EXPIRED' })
    aws.revokeSignIns()
    assert.deepEqual(like(await refresh(second.refreshToken)), invalid)
  })

  it('keeps secrets out of the call log', () => {
    const log = JSON.stringify(aws.calls)
    assert.deepEqual(
      aws.secrets().filter(secret => log.includes(secret)),
      [],
    )
  })

  it('is one to the AWS SDK, which renews what aws login left', async t => {
    const home = mkdtempSync(join(tmpdir(), 'aws-vault-test-'))
    t.after(() => rmSync(home, { recursive: true, force: true }))
    const { accessToken, refreshToken, tokenType, idToken } = await redeem(await newCode())
    const cache = join(home, 'cache')
    const file = join(cache, `${hash('sha256', alice)}.json`)
    mkdirSync(cache)
    const left = {
      accessToken: { ...accessToken, accountId: '123456789012', expiresAt: new Date().toISOString() },
      ...{ tokenType, clientId, refreshToken, idToken },
      dpopKey: privateKey.export({ format: 'pem', type: 'sec1' }),
    }
    writeFileSync(file, JSON.stringify(left))
    const configFilepath = join(home, 'config')
    writeFileSync(configFilepath, `[profile dev]\nlogin_session = ${alice}\nregion = eu-west-1\n`)
    process.env.AWS_LOGIN_CACHE_DIRECTORY = cache
    t.after(() => delete process.env.AWS_LOGIN_CACHE_DIRECTORY)
    const clientConfig = { endpoint: aws.url }
    const provide = fromLoginCredentials({ profile: 'dev', configFilepath, filepath: configFilepath, clientConfig })
    const credentials = await provide()
    assert.equal(credentials.accessKeyId, aws.calls.at(-1)?.issued)
    assert.notEqual(JSON.parse(readFileSync(file, 'utf8')).refreshToken, refreshToken)
  })
})
