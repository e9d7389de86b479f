import { randomBytes, timingSafeEqual } from 'node:crypto'

/** A token that a client has to know. Comparing takes the same time whatever is compared, of any length. */
export class SecretToken {
  readonly text: string
  readonly #expected: Buffer
  /** What is compared is written here, so that comparing allocates nothing. */
  readonly #given: Buffer

  /** @param text visible ASCII; 256 random bits in base64url if absent */
  constructor(text: string = randomBytes(32).toString('base64url')) {
    if (!/^[\x21-\x7e]{16,}$/.test(text)) throw new RangeError('a token is at least 16 visible ASCII characters')
    this.text = text
    this.#expected = Buffer.from(text, 'latin1')
    this.#given = Buffer.alloc(this.#expected.length)
  }

  /** Whether a client gave this token. */
  equals(given: string | undefined): boolean {
    this.#given.fill(0)
    if (given !== undefined) this.#given.write(given, 'latin1')
    // Not `&&`: the length of ours is no secret, but no byte of it shall be told by the time that comparing takes.
    const sameBytes = timingSafeEqual(this.#given, this.#expected)
    this.#given.fill(0)
    return sameBytes && given?.length === this.text.length
  }
}
