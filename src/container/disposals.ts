import type { Logger } from '@aws-vault/plugin-sdk'

/** What is to be let go of in the end. */
export class Disposals {
  readonly #disposals: (() => Promise<void>)[] = []

  /** @returns takes it back, for what is let go of before */
  add(dispose: () => Promise<void>): () => void {
    this.#disposals.push(dispose)
    return () => {
      const index = this.#disposals.indexOf(dispose)
      if (index >= 0) this.#disposals.splice(index, 1)
    }
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
