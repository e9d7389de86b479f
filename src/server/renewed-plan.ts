/** What was made from the config, made anew once that has changed. Looked at when it is needed, which is at a renewal. */
export class RenewedPlan<T> {
  readonly #config: () => unknown
  readonly #make: () => Promise<T>
  #made: { readonly config: unknown; readonly plan: Promise<T> } | undefined

  /** @param config the same object as long as it says the same; throws where it cannot be read */
  constructor(config: () => unknown, make: () => Promise<T>) {
    this.#config = config
    this.#make = make
  }

  /** What the config of now makes of it. @throws whatever making it throws, and then it is made again the next time */
  async current(): Promise<T> {
    const config = this.#config()
    if (this.#made === undefined || this.#made.config !== config) {
      const made = { config, plan: this.#make() }
      this.#made = made
      made.plan.catch(() => {
        if (this.#made === made) this.#made = undefined
      })
    }
    return this.#made.plan
  }

  /** It is made again when it is next needed. */
  forget(): void {
    this.#made = undefined
  }
}
