/** What a byte did to the line. */
export type Progress = 'open' | 'answered' | 'cancelled'

const CTRL_C = 0x03
const CTRL_D = 0x04
const BACKSPACE = 0x08
const TAB = 0x09
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const CTRL_U = 0x15
const CTRL_W = 0x17
const ESCAPE = 0x1b
const CTRL_BACKSLASH = 0x1c
const SPACE = 0x20
const DELETE = 0x7f

/**
 * One line as it is typed, byte by byte in UTF-8, with the editing that a terminal would do itself. It works on bytes
 * because they arrive as they like: a letter may come in two parts.
 */
export class AnswerLine {
  #bytes: number[] = []
  /** Where we are in the sequence that a key like an arrow sends: `ESC [ parameters letter` or `ESC O letter`. */
  #sequence: 'none' | 'escape' | 'parameters' | 'last' = 'none'

  /** What was typed, or `undefined` if it is not UTF-8. */
  get text(): string | undefined {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(this.#bytes))
    } catch {
      return undefined
    }
  }

  take(byte: number): Progress {
    switch (byte) {
      case LINE_FEED:
      case CARRIAGE_RETURN:
        return 'answered'
      case CTRL_C:
      case CTRL_BACKSLASH:
        return 'cancelled'
      case CTRL_D:
        return this.#bytes.length === 0 ? 'cancelled' : 'open'
      case ESCAPE:
        this.#sequence = 'escape'
        return 'open'
    }
    if (!this.#isInSequence(byte)) this.#edit(byte)
    return 'open'
  }

  #isInSequence(byte: number): boolean {
    const before = this.#sequence
    if (before === 'escape' && byte === 0x5b)
      this.#sequence = 'parameters' // [
    else if (before === 'escape' && byte === 0x4f)
      this.#sequence = 'last' // O
    else if (before === 'parameters' && byte === 0x5b)
      this.#sequence = 'last' // [[ of the Linux console
    else if (before !== 'parameters' || byte >= 0x40) this.#sequence = 'none'
    return before === 'escape' ? this.#sequence !== 'none' : before !== 'none'
  }

  #edit(byte: number): void {
    if (byte === DELETE || byte === BACKSPACE) this.#eraseLetter()
    else if (byte === CTRL_U) this.#bytes = []
    else if (byte === CTRL_W) this.#eraseWord()
    else if (byte >= SPACE || byte === TAB) this.#bytes.push(byte)
  }

  /** The second to last bytes of a letter are those that begin with the bits 10 (RFC 3629). */
  #eraseLetter(): void {
    for (let byte = this.#bytes.pop(); byte !== undefined && (byte & 0xc0) === 0x80; ) byte = this.#bytes.pop()
  }

  #eraseWord(): void {
    const isBlank = (byte: number | undefined) => byte === SPACE || byte === TAB
    while (isBlank(this.#bytes.at(-1))) this.#bytes.pop()
    while (this.#bytes.length > 0 && !isBlank(this.#bytes.at(-1))) this.#bytes.pop()
  }
}
