import type { CreateTokenRequest, SSOOIDCClient } from '@aws-sdk/client-sso-oidc'
import { isVaultError, type PartContext, type SsoClient, type SsoToken, VaultError } from '@aws-vault/plugin-sdk'
import { callAws, clientUrl, type Refusal, type SendOptions, unsignedSettings } from '@aws-vault/plugin-sdk/aws'
import { errorCodes } from './error-codes.ts'
import type { Target } from './target.ts'

type OidcModule = typeof import('@aws-sdk/client-sso-oidc')

/** Names us to AWS, and to the person on the page where they agree. The Go tool's name, too. */
const clientName = 'aws-vault'

/** How a program may get tokens (RFC 8628, RFC 6749). */
export const grants = {
  device: 'urn:ietf:params:oauth:grant-type:device_code',
  code: 'authorization_code',
  refresh: 'refresh_token',
} as const

/**
 * Registers us (RegisterClient), for logins in a way.
 * @param redirectUri where the browser shall come back to, for a login by authorization code
 */
export async function registerClient(
  target: Target,
  redirectUri: string | undefined,
  context: PartContext,
): Promise<SsoClient> {
  const grantTypes = [redirectUri === undefined ? grants.device : grants.code, grants.refresh]
  const answer = await callOidc('RegisterClient', target, {}, context, (client, oidc, options) =>
    client.send(
      new oidc.RegisterClientCommand({
        clientName,
        clientType: 'public',
        scopes: [...target.scopes],
        grantTypes,
        ...(redirectUri !== undefined && { redirectUris: [redirectUri], issuerUrl: target.startUrl }),
      }),
      options,
    ),
  )
  const { clientId, clientSecret, clientSecretExpiresAt } = answer
  if (!clientId || !clientSecret || !clientSecretExpiresAt) throw incomplete('RegisterClient', target)
  return { id: clientId, secret: clientSecret, expiration: new Date(clientSecretExpiresAt * 1000) }
}

/** What a login by device code begins with. */
export interface DeviceAuthorization {
  readonly deviceCode: string
  readonly userCode: string
  readonly verificationUri: string
  readonly verificationUriComplete: string | undefined
  /** Seconds. */
  readonly expiresIn: number
  /** Seconds. */
  readonly interval: number | undefined
}

/** Begins a login by device code (StartDeviceAuthorization). */
export async function startDeviceAuthorization(
  target: Target,
  { id, secret }: SsoClient,
  context: PartContext,
): Promise<DeviceAuthorization> {
  const action = 'StartDeviceAuthorization'
  const answer = await callOidc(action, target, { secrets: [secret] }, context, (client, oidc, options) =>
    client.send(
      new oidc.StartDeviceAuthorizationCommand({ clientId: id, clientSecret: secret, startUrl: target.startUrl }),
      options,
    ),
  )
  const { deviceCode, userCode, verificationUri, verificationUriComplete, expiresIn, interval } = answer
  if (!deviceCode || !userCode || !verificationUri || !expiresIn) throw incomplete(action, target)
  return { deviceCode, userCode, verificationUri, verificationUriComplete, expiresIn, interval }
}

/** What a token is given for. */
export type Grant = Pick<CreateTokenRequest, 'grantType' | 'deviceCode' | 'code' | 'redirectUri' | 'codeVerifier'> & {
  readonly refreshToken?: string
}

/**
 * Gets a token (CreateToken).
 * @throws VaultError ERR_SSO_REFUSED, whose fact `awsCode` says why; ERR_SSO_LOGIN_DENIED, ERR_SSO_LOGIN_EXPIRED
 */
export async function createToken(
  target: Target,
  client: SsoClient,
  grant: Grant,
  context: PartContext,
): Promise<SsoToken> {
  const { deviceCode, code, codeVerifier, refreshToken } = grant
  const secrets = [client.secret, deviceCode, code, codeVerifier, refreshToken].filter(it => it !== undefined)
  // A device code may be shown again and again; a code or a refresh token that was lost on the way is used up.
  const once = deviceCode === undefined
  const answer = await callOidc('CreateToken', target, { secrets, once }, context, (sender, oidc, options) =>
    sender.send(new oidc.CreateTokenCommand({ clientId: client.id, clientSecret: client.secret, ...grant }), options),
  )
  const { accessToken, expiresIn, refreshToken: next = refreshToken } = answer
  if (!accessToken || !expiresIn) throw incomplete('CreateToken', target)
  const expiration = new Date(context.clock.now() + expiresIn * 1000)
  return { accessToken, expiration, ...(next ? { refreshToken: next, client } : {}) }
}

/** Whether AWS refused something with that code. */
export function wasRefused(error: unknown, awsCode?: string): boolean {
  return isVaultError(error, 'ERR_SSO_REFUSED') && (awsCode === undefined || error.facts.awsCode === awsCode)
}

/** The address of the endpoint, below which a browser is sent to log in. */
export async function oidcUrl(target: Target): Promise<URL> {
  const { client, url } = await makeClient(target)
  client.destroy()
  // A copy: the SDK gives the same one again and again.
  return new URL(url)
}

async function callOidc<T>(
  action: string,
  target: Target,
  { secrets = [], once = false }: { readonly secrets?: readonly string[]; readonly once?: boolean },
  context: PartContext,
  send: (client: SSOOIDCClient, oidc: OidcModule, options: SendOptions) => Promise<T>,
): Promise<T> {
  const { oidc, client, url } = await makeClient(target)
  const { step, oidcEndpointUrl } = target
  const call = { action, step, url, endpointUrl: oidcEndpointUrl, secrets, once, codes: errorCodes }
  return callAws({ ...call, refused: refusal => refused(action, target, refusal) }, client, context, options =>
    send(client, oidc, options),
  )
}

async function makeClient({ region, oidcEndpointUrl }: Target) {
  const oidc: OidcModule = await import('@aws-sdk/client-sso-oidc')
  const client = new oidc.SSOOIDCClient(unsignedSettings(region, oidcEndpointUrl))
  const url = clientUrl(client, region, oidcEndpointUrl)
  return { oidc, client, url }
}

function refused(action: string, { startUrl, step }: Target, { awsCode, said, error }: Refusal): VaultError {
  const again = `log in again: aws-vault sso login ${step.profile}`
  switch (awsCode) {
    case 'AccessDeniedException':
      return error('ERR_SSO_LOGIN_DENIED', `the login to ${startUrl} was declined in the browser`, again)
    case 'ExpiredTokenException':
      return error('ERR_SSO_LOGIN_EXPIRED', `nobody approved the login to ${startUrl} in time`, again)
    default:
      return error(
        'ERR_SSO_REFUSED',
        `AWS refused ${action} for ${startUrl}: ${said}`,
        `check sso_start_url and sso_region of profile "${step.profile}"`,
      )
  }
}

function incomplete(action: string, { step }: Target): VaultError {
  const { profile } = step
  return new VaultError(
    'ERR_SSO_ANSWER',
    `AWS answered ${action} for profile "${profile}" without what was asked for`,
    {
      hint: 'check that the endpoint is one of AWS',
      facts: { profile, action },
    },
  )
}
