import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, beforeEach, describe, it } from 'node:test'
import { startLocalAws } from './index.ts'

const startUrl = 'https://corp.awsapps.com/start'
const accounts = [{ id: '111111111111', name: 'Dev', roles: ['Admin'] }]
let now = 1_700_000_000_000
const aws = await startLocalAws({ clock: () => now, world: { sso: [{ startUrl, accounts }] } })
after(() => aws.close())

async function post(path: string, body: object): Promise<Record<string, string>> {
  const answer = await fetch(aws.url + path, { method: 'POST', body: JSON.stringify(body) })
  return (await answer.json()) as Record<string, string>
}

async function get(path: string, token: string): Promise<[number, Record<string, unknown>]> {
  const answer = await fetch(aws.url + path, { headers: { 'x-amz-sso_bearer_token': token } })
  return [answer.status, (await answer.json()) as Record<string, unknown>]
}

const credentials = '/federation/credentials?account_id=111111111111&role_name=Admin'
let client: { clientId: string; clientSecret: string }

async function register(more: object = {}): Promise<void> {
  const registration = { clientName: 'test', clientType: 'public', scopes: ['sso:account:access'], ...more }
  const { clientId = '', clientSecret = '' } = await post('/client/register', registration)
  client = { clientId, clientSecret }
}

describe('a login by device code', () => {
  const grantType = 'urn:ietf:params:oauth:grant-type:device_code'
  let device: Record<string, string>
  const poll = () => post('/token', { ...client, grantType, deviceCode: device.deviceCode })

  beforeEach(async () => {
    await register()
    device = await post('/device_authorization', { ...client, startUrl })
  })

  it('is pending, wants to be asked at its pace, and then gives tokens once', async () => {
    assert.equal((await poll()).error, 'authorization_pending')
    assert.equal((await poll()).error, 'slow_down')
    aws.decideDevice(device.userCode ?? '', 'approved')
    now += 6000
    const { accessToken = '', refreshToken } = await poll()
    assert.equal((await get(credentials, accessToken))[0], 200)
    assert.ok(refreshToken)
    assert.equal((await poll()).error, 'invalid_grant')
  })

  it('may be declined, or run out', async () => {
    aws.decideDevice(device.userCode ?? '', 'denied')
    assert.equal((await poll()).error, 'access_denied')
    device = await post('/device_authorization', { ...client, startUrl })
    now += 600_000
    assert.equal((await poll()).error, 'expired_token')
  })

  it('is for portals that there are, and clients that are known', async () => {
    const elsewhere = { ...client, startUrl: 'https://other.example/start' }
    assert.equal((await post('/device_authorization', elsewhere)).error, 'invalid_request')
    client.clientSecret = 'wrong'
    assert.equal((await poll()).error, 'invalid_client')
  })
})

describe('a login by authorization code', () => {
  const verifier = 'v'.repeat(43)
  const redirectUri = 'http://127.0.0.1:5000/oauth/callback'
  const redeem = (code: string | null, codeVerifier = verifier) =>
    post('/token', { ...client, grantType: 'authorization_code', code, redirectUri, codeVerifier })

  async function authorize(more: Record<string, string> = {}): Promise<URL | undefined> {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: client.clientId,
      redirect_uri: redirectUri,
      state: 's t',
      code_challenge_method: 'S256',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      scopes: 'sso:account:access',
      ...more,
    })
    const answer = await fetch(`${aws.url}/authorize?${query}`, { redirect: 'manual' })
    const location = answer.headers.get('location')
    return location === null ? undefined : new URL(location)
  }

  beforeEach(() =>
    register({
      grantTypes: ['authorization_code', 'refresh_token'],
      redirectUris: ['http://127.0.0.1/oauth/callback'],
      issuerUrl: startUrl,
    }),
  )

  it('comes back with the state and a code, which the right verifier redeems once', async () => {
    const back = await authorize()
    assert.equal(back?.searchParams.get('state'), 's t')
    const code = back?.searchParams.get('code') ?? ''
    assert.ok((await redeem(code)).accessToken)
    assert.equal((await redeem(code)).error, 'invalid_grant')
    const other = (await authorize())?.searchParams.get('code') ?? ''
    assert.equal((await redeem(other, 'w'.repeat(43))).error, 'invalid_grant')
  })

  it('goes nowhere but to loopback, and wants S256', async () => {
    assert.equal(await authorize({ redirect_uri: 'http://evil.example/oauth/callback' }), undefined)
    const plain = await authorize({ code_challenge_method: 'plain' })
    assert.equal(plain?.searchParams.get('error'), 'invalid_request')
  })

  it('is renewed by refresh tokens, each good once, until the login ends', async () => {
    const first = await redeem((await authorize())?.searchParams.get('code') ?? null)
    const refresh = (refreshToken: string | undefined) =>
      post('/token', { ...client, grantType: 'refresh_token', refreshToken })
    now += 8 * 3_600_000
    assert.deepEqual(await get(credentials, first.accessToken ?? ''), [
      401,
      { message: 'Session token not found or invalid' },
    ])
    const second = await refresh(first.refreshToken)
    assert.equal((await get(credentials, second.accessToken ?? ''))[0], 200)
    assert.equal((await refresh(first.refreshToken)).error, 'invalid_grant')
    aws.revokeLogins()
    assert.equal((await get(credentials, second.accessToken ?? ''))[0], 401)
    assert.equal((await refresh(second.refreshToken)).error, 'invalid_grant')
  })
})

it('keeps secrets out of the call log', () => {
  const log = JSON.stringify(aws.calls)
  assert.deepEqual(
    aws.secrets().filter(secret => log.includes(secret)),
    [],
  )
})
