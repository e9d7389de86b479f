import type { ReadStream } from 'node:tty'

/** What ends a process unless it listens; a terminal must not be left mute by any of them. */
const ending: readonly NodeJS.Signals[] = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM']

/**
 * Puts a terminal into raw mode, in which it shows nothing and hands over every key, until the returned function is
 * called or this process ends, be it by a signal. Whether it worked is `input.isRaw`.
 */
export function hideTyping(input: ReadStream): () => void {
  const show = () => {
    if (input.isRaw) input.setRawMode(false)
  }
  const end = (signal: NodeJS.Signals) => {
    // Whoever else listens decides whether the process ends, and aborts the question or exits.
    if (process.listenerCount(signal) > 1) return
    stop()
    process.kill(process.pid, signal)
  }
  // The shell has used the terminal while we were stopped, and may not have given our mode back.
  const hideAgain = () => {
    show()
    input.setRawMode(true)
  }
  const stop = () => {
    show()
    for (const signal of ending) process.off(signal, end)
    process.off('SIGCONT', hideAgain)
    process.off('exit', show)
  }

  for (const signal of ending) process.on(signal, end)
  process.on('SIGCONT', hideAgain)
  process.on('exit', show)
  input.setRawMode(true)
  return stop
}
