import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '@aws-vault/plugin-sdk'
import { SecretToken } from '@aws-vault/plugin-sdk/server'

/** How often there is another token, in milliseconds. Clients read the file each time before they ask. */
const ROTATION = 10 * 60_000

/** A token in a file, replaced by another one every ten minutes. The one before is good for as long again. */
export class RotatingToken {
  readonly file: string
  readonly #directory: string
  readonly #logger: Logger
  #current: SecretToken
  #previous: SecretToken
  readonly #timer: NodeJS.Timeout

  /** @param directory a private one; removed with everything in it by {@link RotatingToken.remove} */
  constructor(directory: string, logger: Logger) {
    this.#directory = directory
    this.#logger = logger
    this.file = join(directory, 'token')
    this.#current = new SecretToken()
    this.#previous = this.#current
    this.#write(this.#current)
    this.#timer = setInterval(() => this.#rotate(), ROTATION).unref()
  }

  /** Whether a client gave the token of the file, or the one before. */
  equals(given: string | undefined): boolean {
    const isCurrent = this.#current.equals(given)
    const isPrevious = this.#previous.equals(given)
    return isCurrent || isPrevious
  }

  /** Removes the file. */
  remove(): void {
    clearInterval(this.#timer)
    rmSync(this.#directory, { recursive: true, force: true })
  }

  #rotate(): void {
    const next = new SecretToken()
    try {
      this.#write(next)
    } catch (error) {
      // The old one stays good: better a token for longer than a program without credentials.
      this.#logger.debug(`the token file could not be written: ${(error as Error).message}`)
      return
    }
    this.#previous = this.#current
    this.#current = next
  }

  /** Replaced as a whole, so that nobody reads half of it. */
  #write(token: SecretToken): void {
    const temporary = `${this.file}.new`
    rmSync(temporary, { force: true })
    writeFileSync(temporary, token.text, { mode: 0o600, flag: 'wx' })
    renameSync(temporary, this.file)
  }
}
