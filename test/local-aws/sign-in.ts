import { hash, randomBytes } from 'node:crypto'
import { AwsError } from './aws-error.ts'
import { verifyProof } from './dpop.ts'
import type { HttpAnswer } from './http-message.ts'
import { arnOf, type Principal } from './model.ts'
import { authorise } from './permissions.ts'
import { type RestInput, type RestResult, restService } from './rest-json.ts'
import type { Service } from './service.ts'
import type { World } from './world.ts'
import { checkMembers, type SignInSpec } from './world-spec.ts'

const sameDevice = 'arn:aws:signin:::devtools/same-device'
const crossDevice = 'arn:aws:signin:::devtools/cross-device'

/** Of one who is signed in to the console, with all its defaults. */
interface ConsoleSession {
  readonly principal: Principal
  readonly credentialSeconds: number
  readonly loginSeconds: number
}

/** A login on its way. */
interface CodeLogin {
  readonly session: ConsoleSession
  readonly clientId: string
  readonly redirectUri: string
  /** SHA-256 of the verifier, in base64url. */
  readonly challenge: string
}

/** What a refresh token is good for. */
interface RefreshFacts {
  readonly session: ConsoleSession
  readonly clientId: string
  /** Of the key that it is bound to. */
  readonly thumbprint: string
  /** Milliseconds since 1970. */
  readonly loginEnd: number
}

/** The sign-in service, and what tests can do to it. */
export interface SignIn {
  readonly service: Service
  /** Signs somebody in to the console, in the browser; who was there before is there no more. */
  signIn(spec: SignInSpec): void
  /** What the person behind the browser does with the next logins. */
  decision: 'approved' | 'denied'
  /** No refresh token is good any more. */
  revoke(): void
  secrets(): string[]
}

/**
 * AWS Sign-In as `aws login` uses it, https://docs.aws.amazon.com/signin/latest/APIReference/Welcome.html: the address
 * that a browser is sent to (AuthorizeOAuth2Access), the page that shows a code for another device, and CreateOAuth2Token
 * with PKCE (RFC 7636) and proofs of possession (RFC 9449). Stricter than AWS in one thing: a refresh token is good once.
 */
export function createSignIn(world: World): SignIn {
  const codes = new Map<string, CodeLogin>()
  const refreshTokens = new Map<string, RefreshFacts>()
  const seenProofs = new Set<string>()
  const secrets: string[] = []
  let current: ConsoleSession | undefined

  const makeSecret = (bytes: number): string => {
    const secret = randomBytes(bytes).toString('base64url')
    secrets.push(secret)
    return secret
  }

  function authorize({ members, request }: RestInput): RestResult {
    const { response_type, client_id, redirect_uri, state, code_challenge, code_challenge_method, scope } = members
    const redirectUri = text(redirect_uri)
    const isAllowed =
      client_id === sameDevice
        ? /^http:\/\/127\.0\.0\.1:\d+\/oauth\/callback$/.test(redirectUri)
        : client_id === crossDevice && redirectUri === `${originOf(request.headers)}/v1/sessions/confirmation`
    if (!isAllowed) throw invalidRequest('Unknown client or redirect URI')
    const isComplete =
      response_type === 'code' &&
      code_challenge_method === 'SHA-256' &&
      /^[\w-]{43}$/.test(text(code_challenge)) &&
      scope === 'openid' &&
      text(state) !== ''
    if (!isComplete || current === undefined)
      throw invalidRequest('The request is missing a parameter, or has a wrong one')
    if (control.decision === 'denied') return redirect(redirectUri, { error: 'access_denied', state })
    const code = makeSecret(48)
    codes.set(code, { session: current, clientId: text(client_id), redirectUri, challenge: text(code_challenge) })
    return redirect(redirectUri, { code, state })
  }

  /** The page that shows what has to be typed on the other device. */
  function confirm({ members: { code, state } }: RestInput): RestResult {
    const shown = Buffer.from(String(new URLSearchParams({ state: text(state), code: text(code) }))).toString('base64')
    return { answer: { status: 200, contentType: 'text/html', body: `<p>Your code: <b>${shown}</b></p>\n` } }
  }

  function createToken(input: RestInput): RestResult {
    const { clientId, grantType } = input.members
    if (clientId !== sameDevice && clientId !== crossDevice) throw invalidRequest('Unknown client')
    const proof = {
      method: 'POST',
      url: `${originOf(input.request.headers)}/v1/token`,
      now: world.now(),
      seen: seenProofs,
    }
    let thumbprint: string
    try {
      thumbprint = verifyProof(input.request.headers.dpop?.[0], proof)
    } catch (error) {
      throw invalidRequest(`The DPoP proof is not valid: ${(error as Error).message}`)
    }
    if (grantType === 'authorization_code') return redeem(input, thumbprint)
    if (grantType === 'refresh_token') return refresh(input, thumbprint)
    throw invalidRequest('Unsupported grant type')
  }

  function redeem({ members }: RestInput, thumbprint: string): RestResult {
    const login = codes.get(text(members.code))
    codes.delete(text(members.code))
    const isTheirs =
      login?.clientId === members.clientId &&
      login?.redirectUri === members.redirectUri &&
      login?.challenge === hash('sha256', text(members.codeVerifier), 'base64url')
    if (login === undefined || !isTheirs) throw invalidGrant()
    const { session, clientId } = login
    const loginEnd = world.now() + session.loginSeconds * 1000
    return issue({ session, clientId, thumbprint, loginEnd }, { idToken: idToken(session) })
  }

  function refresh({ members }: RestInput, thumbprint: string): RestResult {
    const token = text(members.refreshToken)
    const facts = refreshTokens.get(token)
    if (facts === undefined || facts.clientId !== members.clientId || facts.thumbprint !== thumbprint)
      throw invalidGrant()
    if (facts.loginEnd <= world.now())
      throw new SignInError('AccessDeniedException', 'TOKEN_EXPIRED', 'The token expired')
    refreshTokens.delete(token)
    return issue(facts, {})
  }

  function issue(facts: RefreshFacts, more: object): RestResult {
    const { principal, credentialSeconds } = facts.session
    try {
      authorise({ accessKeyId: '', principal }, 'signin:CreateOAuth2Token', facts.clientId)
    } catch (error) {
      throw new SignInError('AccessDeniedException', 'INSUFFICIENT_PERMISSIONS', (error as Error).message)
    }
    const { accessKeyId, secretAccessKey, sessionToken } = world.issue(principal, credentialSeconds)
    const refreshToken = makeSecret(384)
    refreshTokens.set(refreshToken, facts)
    const accessToken = { accessKeyId, secretAccessKey, sessionToken }
    const tokenType = 'urn:aws:params:oauth:token-type:access_token_sigv4'
    return {
      issued: accessKeyId,
      json: { accessToken, tokenType, expiresIn: credentialSeconds, refreshToken, ...more },
    }
  }

  function idToken({ principal }: ConsoleSession): string {
    const claims = { sub: arnOf(principal), iat: Math.floor(world.now() / 1000) }
    const parts = [{ alg: 'ES384', typ: 'JWT' }, claims].map(part => Buffer.from(JSON.stringify(part)))
    return [...parts, randomBytes(96)].map(part => part.toString('base64url')).join('.')
  }

  const control: SignIn = {
    service: restService(
      'signin',
      [
        {
          route: 'GET /v1/authorize',
          action: 'AuthorizeOAuth2Access',
          logged: ['client_id', 'redirect_uri', 'scope', 'code_challenge_method'],
          perform: authorize,
        },
        { route: 'GET /v1/sessions/confirmation', action: 'ShowCode', logged: [], perform: confirm },
        {
          route: 'POST /v1/token',
          action: 'CreateOAuth2Token',
          logged: ['clientId', 'grantType', 'redirectUri'],
          perform: createToken,
        },
      ],
      error => ({ error: error instanceof SignInError ? error.reason : 'SERVER_ERROR', message: error.message }),
    ),
    decision: 'approved',
    signIn(spec) {
      checkMembers('a sign-in', spec, ['user', 'role', 'roleSessionName', 'credentialSeconds', 'loginSeconds'])
      const { user, role, roleSessionName, credentialSeconds = 900, loginSeconds = 12 * 3600 } = spec
      current = { principal: world.principal({ user, role, roleSessionName }), credentialSeconds, loginSeconds }
    },
    revoke: () => refreshTokens.clear(),
    secrets: () => [...secrets],
  }
  return control
}

/** An error of this service, which has a word beside its name. */
class SignInError extends AwsError {
  readonly reason: string

  constructor(code: string, reason: string, message: string) {
    super(code, 400, message)
    this.reason = reason
  }
}

const invalidRequest = (message: string): AwsError => new SignInError('ValidationException', 'INVALID_REQUEST', message)
const invalidGrant = (): AwsError =>
  invalidRequest('The provided authorization grant is invalid, expired, revoked, or malformed')

function redirect(address: string, members: Record<string, unknown>): RestResult {
  const url = new URL(address)
  for (const [name, value] of Object.entries(members)) url.searchParams.set(name, String(value))
  const answer: HttpAnswer = { status: 302, contentType: 'text/html', headers: { Location: url.href }, body: '' }
  return { answer }
}

const originOf = ({ host }: Readonly<Record<string, readonly string[]>>): string => `http://${host?.[0]}`
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
