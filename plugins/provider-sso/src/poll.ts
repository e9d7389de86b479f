/** What an attempt to get a token came to, if not to a token. */
export type NotYet = 'pending' | 'slow-down'

export interface PollOptions<T> {
  /** Asks once. */
  ask(): Promise<T | NotYet>
  /** Seconds between two attempts, at first. */
  readonly interval: number
  /** Milliseconds since 1970, after which it makes no sense to go on. */
  readonly deadline: number
  now(): number
  sleep(milliseconds: number): Promise<void>
}

/** What the interval grows by when the server says that we ask too often (RFC 8628, 3.5). */
const slowDownSeconds = 5

/**
 * Asks for a token until the person has decided, at the pace that the server wants (RFC 8628, 3.5).
 * @returns `undefined` when the time is over
 */
export async function poll<T extends object>({
  ask,
  interval,
  deadline,
  now,
  sleep,
}: PollOptions<T>): Promise<T | undefined> {
  for (let seconds = interval; now() + seconds * 1000 <= deadline; ) {
    await sleep(seconds * 1000)
    const answer = await ask()
    if (typeof answer === 'object') return answer
    if (answer === 'slow-down') seconds += slowDownSeconds
  }
  return undefined
}
