import type { Clock, CredentialSource } from '@aws-vault/plugin-sdk'
import { type Answer, answerText, type Handler, type Request } from '@aws-vault/plugin-sdk/server'
import { metadataTree } from './metadata-tree.ts'
import type { SessionTokens } from './session-tokens.ts'

/** What a {@link metadataHandler} serves. */
export interface MetadataHandlerOptions {
  readonly source: CredentialSource
  readonly clock: Clock
  readonly tokens: SessionTokens
  /** Whether requests without a token are answered, as by version 1. */
  readonly allowsVersion1: boolean
}

const TOKEN_PATH = '/latest/api/token'
/** The header with the token. */
export const TOKEN = 'x-aws-ec2-metadata-token'
const LIFE = 'x-aws-ec2-metadata-token-ttl-seconds'

/** How long a token may be good for, in seconds (Amazon EC2 User Guide). */
const MAX_LIFE = 21_600

/**
 * Answers as the instance metadata service does. A token is given to whoever asks, as only this user's programs may: the
 * server sees to that. Everything that another program passed on is refused: version 1 had leaked credentials through open proxies.
 */
export function metadataHandler({ source, clock, tokens, allowsVersion1 }: MetadataHandlerOptions): Handler {
  const answerTo = metadataTree(source, clock)
  const forwarded = answerText(403, 'a request that was passed on is not answered', { closes: true })
  const unauthorized = answerText(401, 'a valid session token is missing')
  const badLife = answerText(400, `${LIFE} must be a whole number from 1 to ${MAX_LIFE}`)
  const wrongMethod = answerText(405, 'the method is not allowed here')
  const nothing = answerText(404, 'there is nothing here')
  /** A client that goes on saying the same is the same request: its token is read once. */
  const ends = new WeakMap<Request, number>()

  function newToken(life: string | undefined): Answer {
    const seconds = /^\d{1,5}$/.test(life ?? '') ? Number(life) : 0
    if (seconds < 1 || seconds > MAX_LIFE) return badLife
    return answerText(200, tokens.issue(seconds), { headers: { 'X-aws-ec2-metadata-token-ttl-seconds': `${seconds}` } })
  }

  function isGood(request: Request, token: string): boolean {
    const end = ends.get(request) ?? tokens.end(token)
    ends.set(request, end)
    return clock.now() < end
  }

  return request => {
    const { method, path, headers } = request
    if (headers.has('x-forwarded-for')) return forwarded
    if (method === 'PUT') return path === TOKEN_PATH ? newToken(headers.get(LIFE)) : wrongMethod
    const token = headers.get(TOKEN)
    if (token !== undefined) return isGood(request, token) ? (answerTo(path) ?? nothing) : unauthorized
    return allowsVersion1 ? (answerTo(path) ?? nothing) : unauthorized
  }
}
