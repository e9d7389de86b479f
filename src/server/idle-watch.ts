import type { Clock } from '@aws-vault/plugin-sdk'
import type { Timers } from './timers.ts'

/** Says when nobody has asked for something for a while. */
export class IdleWatch {
  readonly #limit: number
  readonly #clock: Clock
  readonly #timers: Timers
  readonly #isIdle: () => void
  #lastUse: number
  #takeBack: (() => void) | undefined

  /** @param limit in milliseconds @param isIdle called once */
  constructor(limit: number, isIdle: () => void, clock: Clock, timers: Timers) {
    this.#limit = limit
    this.#clock = clock
    this.#timers = timers
    this.#isIdle = isIdle
    this.#lastUse = clock.now()
    this.#look()
  }

  /** Somebody asked. */
  used(): void {
    this.#lastUse = this.#clock.now()
  }

  close(): void {
    this.#takeBack?.()
  }

  /** Looks when the time could be up, instead of setting a timer anew for every request. */
  #look(): void {
    const left = this.#lastUse + this.#limit - this.#clock.now()
    if (left <= 0) this.#isIdle()
    else this.#takeBack = this.#timers.after(left, () => this.#look())
  }
}
