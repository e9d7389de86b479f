import { createHash, randomInt, randomUUID } from 'node:crypto'
import { AwsError } from './aws-error.ts'
import type { HttpAnswer } from './http-message.ts'
import { type RestInput, type RestResult, restService } from './rest-json.ts'
import type { Service } from './service.ts'
import type { CodeLogin, Portal, SsoClient, SsoDirectory } from './sso-directory.ts'

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'
const registrationSeconds = 90 * 24 * 3600

/**
 * IAM Identity Center OIDC (https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/Welcome.html), and what a
 * browser sees of it: `GET /authorize`, and `GET /device`, which stands for the page where the person confirms a code.
 * The person behind the browser is signed in and agrees, unless told otherwise.
 */
export function ssoOidcService(directory: SsoDirectory): Service {
  const action = (route: string, name: string, logged: readonly string[], perform: Perform) => ({
    route,
    action: name,
    logged,
    perform: (input: RestInput) => perform(input.members, directory, input),
  })
  return restService(
    'sso-oidc',
    [
      action(
        'POST /client/register',
        'RegisterClient',
        ['clientName', 'clientType', 'scopes', 'grantTypes', 'redirectUris', 'issuerUrl'],
        registerClient,
      ),
      action('POST /device_authorization', 'StartDeviceAuthorization', ['clientId', 'startUrl'], startDevice),
      action('POST /token', 'CreateToken', ['clientId', 'grantType', 'redirectUri'], createToken),
      action('GET /authorize', 'Authorize', ['client_id', 'redirect_uri', 'scopes'], authorize),
      action('GET /device', 'ConfirmDevice', ['user_code'], confirmDevice),
    ],
    ({ code, message }) => ({ error: oauthName(code), error_description: message }),
  )
}

type Members = Readonly<Record<string, unknown>>
type Perform = (members: Members, directory: SsoDirectory, input: RestInput) => RestResult

/** `AuthorizationPendingException` is `authorization_pending` to OAuth. */
const oauthName = (code: string): string =>
  code
    .replace(/Exception$/, '')
    .replace(/(?<=[a-z])[A-Z]/g, letter => `_${letter}`)
    .toLowerCase()

const refuse = (name: string, message: string): AwsError => new AwsError(`${name}Exception`, 400, message)

function registerClient(members: Members, directory: SsoDirectory): RestResult {
  const { clientName, clientType, issuerUrl } = members
  if (typeof clientName !== 'string' || clientType !== 'public') {
    throw refuse('InvalidClientMetadata', 'Invalid client metadata')
  }
  const client: SsoClient = {
    id: randomUUID(),
    secret: directory.makeSecret(),
    scopes: texts(members.scopes),
    grantTypes: texts(members.grantTypes, [deviceGrant, 'refresh_token']),
    redirectUris: texts(members.redirectUris),
    issuerUrl: typeof issuerUrl === 'string' ? issuerUrl : undefined,
  }
  if (client.grantTypes.includes('authorization_code')) {
    directory.portal(client.issuerUrl)
    if (client.redirectUris.length === 0) throw refuse('InvalidRedirectUri', 'redirectUris is missing')
  }
  directory.clients.set(client.id, client)
  const issued = Math.floor(directory.now() / 1000)
  return {
    json: {
      clientId: client.id,
      clientSecret: client.secret,
      clientIdIssuedAt: issued,
      clientSecretExpiresAt: issued + registrationSeconds,
    },
  }
}

function startDevice(members: Members, directory: SsoDirectory, { request }: RestInput): RestResult {
  const client = clientOf(members, directory)
  const portal = directory.portal(text(members.startUrl))
  const userCode = `${letters()}-${letters()}`
  const deviceCode = directory.makeSecret()
  const { interval } = portal
  directory.devices.set(deviceCode, {
    ...{ deviceCode, userCode, client, portal, interval },
    expiration: directory.now() + portal.deviceSeconds * 1000,
    lastPoll: undefined,
    decision: 'pending',
  })
  const page = `http://${request.headers.host?.[0]}/device`
  return {
    json: {
      ...{ deviceCode, userCode, interval },
      verificationUri: page,
      verificationUriComplete: `${page}?user_code=${userCode}`,
      expiresIn: portal.deviceSeconds,
    },
  }
}

function createToken(members: Members, directory: SsoDirectory): RestResult {
  const client = clientOf(members, directory)
  const grant = text(members.grantType) ?? ''
  if (!client.grantTypes.includes(grant)) throw refuse('UnauthorizedClient', 'The client may not use this grant type')
  switch (grant) {
    case deviceGrant:
      return issue(client, pollDevice(client, members, directory), directory)
    case 'authorization_code':
      return issue(client, redeemCode(client, members, directory), directory)
    case 'refresh_token':
      return refresh(client, members, directory)
    default:
      throw refuse('UnsupportedGrantType', `Unsupported grant type`)
  }
}

function pollDevice(client: SsoClient, { deviceCode }: Members, directory: SsoDirectory): Portal {
  const device = directory.devices.get(text(deviceCode) ?? '')
  if (device === undefined || device.client !== client) throw refuse('InvalidGrant', 'Invalid device code provided')
  const now = directory.now()
  if (now >= device.expiration) throw refuse('ExpiredToken', 'Device code expired')
  const isTooSoon = device.lastPoll !== undefined && now - device.lastPoll < device.interval * 1000 - clockTolerance
  device.lastPoll = now
  if (isTooSoon) {
    device.interval += 5
    throw refuse('SlowDown', 'Too many requests')
  }
  if (device.decision === 'pending') throw refuse('AuthorizationPending', 'Authorization is pending')
  directory.devices.delete(device.deviceCode)
  if (device.decision === 'denied') throw refuse('AccessDenied', 'The person declined')
  return device.portal
}

/** Milliseconds by which a timer may be early. */
const clockTolerance = 20

function redeemCode(client: SsoClient, members: Members, directory: SsoDirectory): Portal {
  const code = text(members.code) ?? ''
  const login: CodeLogin | undefined = directory.codes.get(code)
  directory.codes.delete(code)
  const challenge = createHash('sha256')
    .update(text(members.codeVerifier) ?? '')
    .digest('base64url')
  if (login?.client !== client || login.redirectUri !== members.redirectUri || login.challenge !== challenge) {
    throw refuse('InvalidGrant', 'Invalid grant provided')
  }
  return login.portal
}

function refresh(client: SsoClient, members: Members, directory: SsoDirectory): RestResult {
  const token = text(members.refreshToken) ?? ''
  const facts = directory.refreshTokens.get(token)
  if (facts?.client !== client || facts.loginEnd <= directory.now()) {
    throw refuse('InvalidGrant', 'Invalid refresh token provided')
  }
  directory.refreshTokens.delete(token)
  return issue(client, facts.portal, directory, facts.loginEnd)
}

/** Refresh tokens are for clients with scopes; each is good once. */
function issue(client: SsoClient, portal: Portal, directory: SsoDirectory, end?: number): RestResult {
  const now = directory.now()
  const loginEnd = end ?? now + portal.loginSeconds * 1000
  const facts = { client, portal, expiration: now + portal.accessTokenSeconds * 1000, loginEnd }
  const accessToken = directory.makeSecret(384)
  directory.accessTokens.set(accessToken, facts)
  const json = { accessToken, tokenType: 'Bearer', expiresIn: portal.accessTokenSeconds }
  if (client.scopes.length === 0) return { json }
  const refreshToken = directory.makeSecret(384)
  directory.refreshTokens.set(refreshToken, facts)
  return { json: { ...json, refreshToken } }
}

function authorize(members: Members, directory: SsoDirectory): RestResult {
  const { response_type, client_id, redirect_uri, state, code_challenge, code_challenge_method, scopes } = members
  const client = directory.clients.get(text(client_id) ?? '')
  const redirectUri = text(redirect_uri) ?? ''
  if (client === undefined || !client.redirectUris.some(known => isSameLoopback(known, redirectUri))) {
    throw refuse('InvalidRequest', 'Unknown client or redirect URI')
  }
  const asked = (text(scopes) ?? '').split(' ').filter(Boolean)
  const isComplete =
    response_type === 'code' &&
    code_challenge_method === 'S256' &&
    /^[\w-]{43}$/.test(text(code_challenge) ?? '') &&
    client.grantTypes.includes('authorization_code') &&
    asked.every(scope => client.scopes.includes(scope))
  if (!isComplete) return redirect(redirectUri, { error: 'invalid_request', state })
  if (directory.decision === 'denied') return redirect(redirectUri, { error: 'access_denied', state })
  const code = directory.makeSecret()
  const portal = directory.portal(client.issuerUrl)
  directory.codes.set(code, { client, portal, redirectUri, challenge: code_challenge as string })
  return redirect(redirectUri, { code, state })
}

function confirmDevice({ user_code }: Members, directory: SsoDirectory): RestResult {
  const code = text(user_code) ?? ''
  try {
    directory.decide(code, directory.decision)
  } catch {
    throw refuse('InvalidRequest', 'Unknown code')
  }
  return { answer: { status: 200, contentType: 'text/html', body: `<p>${directory.decision}: ${code}</p>\n` } }
}

function redirect(address: string, members: Record<string, unknown>): RestResult {
  const url = new URL(address)
  for (const [name, value] of Object.entries(members))
    if (value !== undefined) url.searchParams.set(name, String(value))
  const answer: HttpAnswer = { status: 302, contentType: 'text/html', headers: { Location: url.href }, body: '' }
  return { answer }
}

/** Of an address on loopback any port will do (RFC 8252, 7.3). */
function isSameLoopback(known: string, given: string): boolean {
  if (!URL.canParse(given)) return false
  const [one, other] = [new URL(known), new URL(given)]
  return one.hostname === '127.0.0.1' && one.hostname === other.hostname && one.pathname === other.pathname
}

function clientOf({ clientId, clientSecret }: Members, directory: SsoDirectory): SsoClient {
  const client = directory.clients.get(text(clientId) ?? '')
  if (client === undefined || client.secret !== clientSecret) {
    throw new AwsError('InvalidClientException', 401, 'Invalid client')
  }
  return client
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const texts = (value: unknown, usual: readonly string[] = []): readonly string[] =>
  Array.isArray(value) ? value.map(String) : usual
const letters = (): string => Array.from({ length: 4 }, () => 'BCDFGHJKLMNPQRSTVWXZ'[randomInt(20)]).join('')
