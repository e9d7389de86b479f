/**
 * Lets at most `limit` tasks run at once; the others wait for their turn. For programs that fail when many of them work at
 * the same time (gpg-agent has little memory for secrets), or that may each ask on the one terminal.
 */
export function fewAtOnce(limit: number): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0
  const waiting: (() => void)[] = []
  return async task => {
    if (running >= limit) await new Promise<void>(resolve => waiting.push(resolve))
    else running += 1
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
