import type { Logger } from '@aws-vault/plugin-sdk'

/** What is to be let go of in the end. */
export class Disposals {
  readonly #disposals: (() => Promise<void>)[] = []

  add(dispose: () => Promise<void>): void {
    this.#disposals.push(dispose)
  }

  /** Lets go of what was made, last first. A part that fails to close stops no other one. */
  async run(logger: Logger): Promise<void> {
    for (const dispose of this.#disposals.splice(0).reverse()) {
      try {
        await dispose()
      } catch (error) {
        logger.debug(`closing failed: ${(error as Error).message}`)
      }
    }
  }
}
