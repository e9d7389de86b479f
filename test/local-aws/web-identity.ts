import { sign, verify } from 'node:crypto'
import { AwsError } from './aws-error.ts'
import type { IdentityProvider } from './model.ts'
import type { World } from './world.ts'

/** What a token is to say. */
export interface WebIdentityRequest {
  readonly issuer: string
  readonly subject: string
  /** The provider's first audience if absent. */
  readonly audience?: string
  /** Seconds from now on; 300 if absent; negative for one that has expired. */
  readonly expiresIn?: number
}

/** What a verified token says. */
export interface WebIdentity {
  readonly issuer: string
  readonly subject: string
  readonly audience: string
}

/** Signs a token (JWT, ES256) as the provider does it. */
export function signWebIdentity(provider: IdentityProvider, request: WebIdentityRequest, now: number): string {
  const issuedAt = Math.floor(now / 1000)
  const claims = {
    iss: provider.issuer,
    sub: request.subject,
    aud: request.audience ?? provider.audiences[0],
    iat: issuedAt,
    exp: issuedAt + (request.expiresIn ?? 300),
  }
  const content = [{ alg: 'ES256', typ: 'JWT' }, claims]
    .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const signature = sign('sha256', Buffer.from(content), { key: provider.privateKey, dsaEncoding: 'ieee-p1363' })
  return `${content}.${signature.toString('base64url')}`
}

/**
 * Verifies a token of a provider that the account trusts.
 * @throws AwsError InvalidIdentityToken, or ExpiredTokenException when it is too old
 */
export function verifyWebIdentity(token: string, account: string, world: World): WebIdentity {
  const [header = '', payload = '', signature = '', ...more] = token.split('.')
  const wellFormed = more.length === 0 && [header, payload, signature].every(part => /^[\w-]+$/.test(part))
  const claims = wellFormed ? parse(payload) : undefined
  if (claims === undefined || parse(header)?.alg !== 'ES256') {
    throw invalid('The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)')
  }
  const { iss, sub, aud, exp } = claims
  if (typeof iss !== 'string' || typeof sub !== 'string' || typeof aud !== 'string' || typeof exp !== 'number') {
    throw invalid('Missing a required claim: iss, sub, aud or exp')
  }
  const provider = world.identityProvider(iss, account)
  if (provider === undefined) throw invalid(`No OpenIDConnect provider found in your account for ${iss}`)
  const key = { key: provider.publicKey, dsaEncoding: 'ieee-p1363' } as const
  if (!verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))) {
    throw invalid('The web identity token that was passed could not be validated')
  }
  if (!provider.audiences.includes(aud)) throw invalid('Incorrect token audience')
  const now = Math.floor(world.now() / 1000)
  if (exp <= now) {
    const message = `Token expired: current date/time ${now} must be before the expiration date/time ${exp}`
    throw new AwsError('ExpiredTokenException', 400, message)
  }
  return { issuer: iss, subject: sub, audience: aud }
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidIdentityToken', 400, message)
}

function parse(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
