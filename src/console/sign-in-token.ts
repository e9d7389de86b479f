import type { IncomingMessage } from 'node:http'
import { type Credentials, type PartContext, VaultError } from '@aws-vault/plugin-sdk'
import { httpsAgent } from '@aws-vault/plugin-sdk/aws'

/** What a sign-in token is asked for with. */
export interface SignInRequest {
  /** The federation endpoint. */
  readonly endpoint: string
  readonly credentials: Credentials
  /** How long the console session shall last, in seconds; as long as the credentials if absent. */
  readonly seconds?: number | undefined
}

const ATTEMPTS = 3
const TIMEOUT = 30_000
const LARGEST_ANSWER = 64 * 1024

/** Another attempt may do better. */
class Passing extends Error {}

/**
 * Trades temporary credentials for a token that signs a browser in (getSigninToken of AWS's federation endpoint). They
 * go in the body of a POST: addresses stand in the logs of proxies, and not every session fits into one.
 * @throws VaultError ERR_CONSOLE_ENDPOINT for an address that would show the credentials to the network,
 *   ERR_CONSOLE_REFUSED when AWS takes the credentials not, ERR_CONSOLE_ANSWER when it gives no token,
 *   ERR_NETWORK_FAILED when it cannot be reached; the reason of `context.signal` when that is aborted
 */
export async function getSignInToken(request: SignInRequest, context: PartContext): Promise<string> {
  const url = checkedEndpoint(request.endpoint)
  const body = formOf(request)
  for (let attempt = 1; ; attempt++) {
    try {
      const { status, text } = await post(url, body, context)
      if (status >= 500) throw new Passing(`it answers ${status}`)
      return tokenIn(status, text, url.host)
    } catch (error) {
      context.signal.throwIfAborted()
      if (!(error instanceof Passing)) throw error
      if (attempt >= ATTEMPTS) throw unreachable(url.host, error)
      context.logger.debug(`asking ${url.host} for a sign-in token again: ${error.message}`)
      const { setTimeout } = await import('node:timers/promises')
      await setTimeout(200 * attempt, undefined, { signal: context.signal })
    }
  }
}

function formOf({ credentials, seconds }: SignInRequest): string {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  return new URLSearchParams({
    Action: 'getSigninToken',
    ...(seconds === undefined ? {} : { SessionDuration: String(seconds) }),
    Session: JSON.stringify({ sessionId: accessKeyId, sessionKey: secretAccessKey, sessionToken }),
  }).toString()
}

/** Credentials go there in plain: by TLS, or not out of this machine. */
function checkedEndpoint(endpoint: string): URL {
  const url = new URL(endpoint)
  const isHere = /^(?:127(?:\.\d+){3}|\[::1\]|localhost)$/.test(url.hostname)
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isHere)) return url
  throw new VaultError('ERR_CONSOLE_ENDPOINT', `credentials would go to ${url.host} without encryption`, {
    hint: 'set AWS_ENDPOINT_URL_SIGNIN to an https address, or unset it',
    facts: { host: url.host },
  })
}

async function post(url: URL, body: string, context: PartContext): Promise<{ status: number; text: string }> {
  const agent = await httpsAgent(url, context.http)
  const { request: send } = await import(url.protocol === 'https:' ? 'node:https' : 'node:http')
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(TIMEOUT)])
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' }
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      send(url, { method: 'POST', headers, signal, ...(agent && { agent }) }, resolve)
        .on('error', reject)
        .end(body)
    })
    let text = ''
    for await (const chunk of answer.setEncoding('utf8')) {
      text += chunk
      if (text.length > LARGEST_ANSWER) throw new Error('its answer is too large')
    }
    return { status: answer.statusCode ?? 0, text }
  } catch (cause) {
    throw new Passing(signal.aborted ? 'it does not answer' : (cause as Error).message, { cause })
  } finally {
    agent?.destroy()
  }
}

function tokenIn(status: number, text: string, host: string): string {
  if (status >= 400) {
    throw new VaultError('ERR_CONSOLE_REFUSED', `${host} does not take these credentials for a sign-in (${status})`, {
      hint: 'use a profile with a role, or keys of a user; a session of a user (GetSessionToken) cannot sign in, nor can one that has ended',
      facts: { host, status },
    })
  }
  let token: unknown
  try {
    token = status === 200 ? JSON.parse(text).SigninToken : undefined
  } catch {}
  if (typeof token === 'string' && token !== '') return token
  throw new VaultError('ERR_CONSOLE_ANSWER', `${host} answered without a sign-in token`, {
    hint: 'check that no proxy answers in its place',
    facts: { host, status },
  })
}

function unreachable(host: string, { message, cause }: Error): VaultError {
  return new VaultError('ERR_NETWORK_FAILED', `${host} cannot be asked for a sign-in token: ${message}`, {
    hint: 'check the network, HTTPS_PROXY and AWS_CA_BUNDLE',
    facts: { host },
    cause,
  })
}
