/** Lets a task run later; replaced by tests, so that a day passes in no time. */
export interface Timers {
  /**
   * Runs `task` once in that many milliseconds.
   * @returns takes it back
   */
  after(milliseconds: number, task: () => void): () => void
}

/** What a timer of Node takes at most, in milliseconds. */
const LONGEST = 2 ** 31 - 1

/** Timers that keep no process alive: whoever serves does that. */
export const realTimers: Timers = {
  after(milliseconds, task) {
    const timer = setTimeout(task, Math.min(Math.max(0, milliseconds), LONGEST)).unref()
    return () => clearTimeout(timer)
  },
}
