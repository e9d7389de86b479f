/** Lets a task run later; replaced by tests, so that a day passes in no time. */
export interface Timers {
  /**
   * Runs `task` once in that many milliseconds, however many they are.
   * @returns takes it back
   */
  after(milliseconds: number, task: () => void): () => void
}

/** What a timer of Node takes at most, in milliseconds: 24.8 days. It runs at once what is to run later. */
const LONGEST = 2 ** 31 - 1

/** Timers that keep no process alive: whoever serves does that. */
export const realTimers: Timers = {
  after(milliseconds, task) {
    let timer: NodeJS.Timeout
    const wait = (left: number): void => {
      const next = left > LONGEST ? () => wait(left - LONGEST) : task
      timer = setTimeout(next, Math.min(Math.max(0, left), LONGEST)).unref()
    }
    wait(milliseconds)
    return () => clearTimeout(timer)
  },
}
