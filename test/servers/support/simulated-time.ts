import type { Clock } from '@aws-vault/plugin-sdk'
import type { Timers } from '../../../src/server/timers.ts'

/** A clock and timers that go on when they are told to, so that a day passes in no time. */
export class SimulatedTime implements Clock, Timers {
  #now: number
  #tasks: { at: number; task: () => void }[] = []

  constructor(start = Date.UTC(2030, 0, 1)) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  after(milliseconds: number, task: () => void): () => void {
    const entry = { at: this.#now + Math.max(0, milliseconds), task }
    this.#tasks.push(entry)
    return () => {
      this.#tasks = this.#tasks.filter(other => other !== entry)
    }
  }

  /** How many tasks wait. */
  get waiting(): number {
    return this.#tasks.length
  }

  /** Lets time pass, with all that is due in its order; what follows from each is let happen before the next. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds
    for (;;) {
      await settle()
      const next = this.#tasks.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0]
      if (next === undefined) break
      this.#tasks.splice(this.#tasks.indexOf(next), 1)
      this.#now = Math.max(this.#now, next.at)
      next.task()
    }
    this.#now = end
    await settle()
  }

  /** Jumps as a machine does that slept: no timer counts that time. */
  sleep(milliseconds: number): void {
    this.#now += milliseconds
    for (const task of this.#tasks) task.at += milliseconds
  }

  /** A promise that is kept after that time. */
  async delay(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.after(milliseconds, resolve)
    await promise
  }
}

/** Lets everything happen that waits for nothing but its turn. */
const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
