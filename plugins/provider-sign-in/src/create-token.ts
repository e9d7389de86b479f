import type { CreateOAuth2TokenRequestBody, SigninClient } from '@aws-sdk/nested-clients/signin'
import { type Credentials, type PartContext, type SignInLogin, VaultError } from '@aws-vault/plugin-sdk'
import { callAws, clientUrl, type Refusal, unsignedSettings } from '@aws-vault/plugin-sdk/aws'
import { makeProof, type ProofKey } from './proof.ts'
import type { Target } from './target.ts'

const action = 'CreateOAuth2Token'

/** What AWS Sign-In gives. */
export interface Issued {
  readonly credentials: Credentials
  /** What renews them. */
  readonly login: SignInLogin
  /** Whose they are (the ARN of a user or of a role's session); said only after a login. */
  readonly identity?: string
}

/** What credentials are given for. */
export type Grant = Pick<CreateOAuth2TokenRequestBody, 'code' | 'redirectUri' | 'codeVerifier' | 'refreshToken'> & {
  readonly clientId: string
  readonly grantType: 'authorization_code' | 'refresh_token'
}

/**
 * Gets credentials (CreateOAuth2Token of AWS Sign-In,
 * https://docs.aws.amazon.com/signin/latest/APIReference/API_dataplane-signin_CreateOAuth2Token.html).
 * @throws VaultError ERR_SIGN_IN_REFUSED when the grant is good no more; ERR_SIGN_IN_DENIED for want of a permission;
 *   ERR_SIGN_IN_ANSWER; or that AWS cannot be reached
 */
export async function createToken(target: Target, key: ProofKey, grant: Grant, context: PartContext): Promise<Issued> {
  const { step, region } = target
  const { endpointUrl } = step
  const { CreateOAuth2TokenCommand } = await import('@aws-sdk/nested-clients/signin')
  const { client, url } = await makeClient(target)
  addProofs(client, key, context)
  const { code, codeVerifier, refreshToken } = grant
  const secrets = [code, codeVerifier, refreshToken, key.d].filter(it => it !== undefined)
  // AWS answers a refresh token that was lost on the way once more, but not a code.
  const call = { action, step, url, endpointUrl, secrets, once: code !== undefined, codes: errorCodes }
  let reason: unknown
  const { tokenOutput } = await callAws(
    { ...call, refused: refusal => refused(target, refusal, reason) },
    client,
    context,
    options =>
      client.send(new CreateOAuth2TokenCommand({ tokenInput: grant }), options).catch(error => {
        reason = error?.error
        throw error
      }),
  )
  const { accessToken, expiresIn, refreshToken: next, idToken } = tokenOutput ?? {}
  const { accessKeyId, secretAccessKey, sessionToken } = accessToken ?? {}
  if (!accessKeyId || !secretAccessKey || !sessionToken || !expiresIn || !next) throw incomplete(target)
  const expiration = new Date(context.clock.now() + expiresIn * 1000)
  const identity = idToken && subjectOf(idToken)
  return {
    credentials: { accessKeyId, secretAccessKey, sessionToken, expiration },
    login: { clientId: grant.clientId, refreshToken: next, proofKey: key, region },
    ...(identity ? { identity } : {}),
  }
}

/** The address of the sign-in service, below which a browser is sent. */
export async function signInUrl(target: Target): Promise<URL> {
  const { client, url } = await makeClient(target)
  client.destroy()
  // A copy: the SDK gives the same one again and again.
  return new URL(url)
}

/** The error for an answer without what was asked for. */
export function incomplete({ step: { profile } }: Target): VaultError {
  const message = `AWS answered ${action} for profile "${profile}" without what was asked for`
  return new VaultError('ERR_SIGN_IN_ANSWER', message, {
    hint: 'check that the endpoint is one of AWS',
    facts: { profile, action },
  })
}

const errorCodes = {
  throttled: 'ERR_SIGN_IN_THROTTLED',
  unavailable: 'ERR_SIGN_IN_UNAVAILABLE',
  notMade: 'ERR_SIGN_IN_FAILED',
}

async function makeClient({ step: { endpointUrl }, region }: Target) {
  const signin = await import('@aws-sdk/nested-clients/signin')
  const client = new signin.SigninClient(unsignedSettings(region, endpointUrl))
  const url = clientUrl(client, region, endpointUrl)
  return { client, url }
}

/** What is used of a request that the SDK is about to send. */
interface SdkRequest {
  readonly method: string
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
  readonly headers: Record<string, string>
}

/** Sends a proof along with each request, a new one also where one is repeated. */
function addProofs({ middlewareStack }: SigninClient, key: ProofKey, { clock }: PartContext): void {
  middlewareStack.add(
    next => async args => {
      const { method, protocol, hostname, port, path, headers } = args.request as SdkRequest
      const url = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`
      headers.DPoP = await makeProof(key, { method, url }, clock)
      return next(args)
    },
    { step: 'finalizeRequest', name: 'awsVaultProof' },
  )
}

function refused({ step, loginSession }: Target, { awsCode, said, error }: Refusal, reason: unknown): VaultError {
  const { profile } = step
  if (awsCode === 'AccessDeniedException' && reason === 'INSUFFICIENT_PERMISSIONS') {
    return error(
      'ERR_SIGN_IN_DENIED',
      `${loginSession} may not get credentials for profile "${profile}" by signing in: ${said}`,
      'it takes the permissions of the AWS managed policy SignInLocalDevelopmentAccess: ask who manages the account',
    )
  }
  return error(
    'ERR_SIGN_IN_REFUSED',
    `AWS refused the sign-in of profile "${profile}": ${said}`,
    "try again, and check that this computer's clock is right",
  )
}

/** The subject of an ID token. It comes from AWS itself over the very connection, so its signature is not looked at. */
function subjectOf(idToken: string): string | undefined {
  try {
    const { sub } = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString())
    return typeof sub === 'string' ? sub : undefined
  } catch {
    return undefined
  }
}
