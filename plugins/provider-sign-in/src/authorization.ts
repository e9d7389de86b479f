import { signInUrl } from './create-token.ts'
import type { Target } from './target.ts'

/** What AWS knows programs as that sign somebody in: with a browser right here, or by a code that it shows. */
export const clients = {
  sameDevice: 'arn:aws:signin:::devtools/same-device',
  crossDevice: 'arn:aws:signin:::devtools/cross-device',
} as const

/** A sign-in that has begun. */
export interface Authorization {
  readonly clientId: string
  /** Where AWS sends the browser in the end. */
  readonly redirectUri: string
  /** Only this sign-in's browser knows it. */
  readonly state: string
  /** Without it the code is worth nothing (PKCE, RFC 7636). */
  readonly codeVerifier: string
  /** Where the browser is sent first. */
  readonly url: URL
}

/** A value that nobody else can know, for one sign-in. */
export async function newState(): Promise<string> {
  return (await import('node:crypto')).randomUUID()
}

/**
 * Begins a sign-in (AuthorizeOAuth2Access of AWS Sign-In,
 * https://docs.aws.amazon.com/signin/latest/APIReference/API_dataplane-signin_AuthorizeOAuth2Access.html).
 */
export async function authorization(
  target: Target,
  { clientId, redirectUri, state }: Pick<Authorization, 'clientId' | 'redirectUri' | 'state'>,
): Promise<Authorization> {
  const { hash, randomBytes } = await import('node:crypto')
  const codeVerifier = randomBytes(48).toString('base64url')
  const url = await addressOf(target, '/v1/authorize')
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    state,
    // AWS's name for what OAuth calls S256.
    code_challenge_method: 'SHA-256',
    code_challenge: hash('sha256', codeVerifier, 'base64url'),
    scope: 'openid',
  }).toString()
  return { clientId, redirectUri, state, codeVerifier, url }
}

/** The address of a page of the sign-in service. */
export async function addressOf(target: Target, path: string): Promise<URL> {
  const url = await signInUrl(target)
  url.pathname = `${url.pathname.replace(/\/$/, '')}${path}`
  return url
}
