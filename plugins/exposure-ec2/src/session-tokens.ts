import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '@aws-vault/plugin-sdk'

const TIME = 6
const RANDOM = 16
const MAC = 32
const LENGTH = ((TIME + RANDOM + MAC) / 3) * 4
const SHAPE = new RegExp(`^[A-Za-z0-9_-]{${LENGTH}}$`)

/**
 * Session tokens of IMDSv2. A token carries its end and a code that only this server can make, so that any number of
 * tokens takes no memory, and another session's are worth nothing here.
 */
export class SessionTokens {
  readonly #clock: Clock
  readonly #key = randomBytes(32)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A token that is good for so many seconds. */
  issue(seconds: number): string {
    const content = Buffer.alloc(TIME + RANDOM)
    content.writeUIntBE(this.#clock.now() + seconds * 1000, 0, TIME)
    randomBytes(RANDOM).copy(content, TIME)
    return Buffer.concat([content, this.#code(content)]).toString('base64url')
  }

  /** Until when a token is good, in milliseconds since 1970; 0 if it is none of ours. Takes the same time for all. */
  end(token: string): number {
    if (!SHAPE.test(token)) return 0
    const bytes = Buffer.from(token, 'base64url')
    const content = bytes.subarray(0, TIME + RANDOM)
    return timingSafeEqual(this.#code(content), bytes.subarray(TIME + RANDOM)) ? content.readUIntBE(0, TIME) : 0
  }

  #code(content: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(content).digest()
  }
}
