import { endLike } from './program-end.ts'

/** What asks a process to end, one way or the other. */
const ending: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP']

/** Milliseconds for letting go of everything. A part that does not heed `context.signal` gets no more. */
const grace = 3000

/** What is to be done when nothing has to be let go of any more. */
export interface SignalWatch {
  /** Listens no more; if a signal came, ends this process by that very signal. */
  release(): void
}

/**
 * Puts off our end by a signal until what we have started is ended: a keystore's program, and what asks for its
 * passphrase, would go on without us. A second signal ends us at once. Nothing on Windows, which has console events that
 * reach them too.
 * @param abort ends what runs; called once, with the reason
 */
export function endOnSignal(abort: (reason: Error) => void): SignalWatch {
  let came: NodeJS.Signals | undefined
  const listener = (signal: NodeJS.Signals): void => {
    if (came !== undefined) endLike({ signal })
    came = signal
    setTimeout(() => endLike({ signal }), grace)
    abort(new Error(`ended by ${signal}`))
  }
  if (process.platform !== 'win32') for (const signal of ending) process.on(signal, listener)
  return {
    release() {
      for (const signal of ending) process.off(signal, listener)
      if (came !== undefined) endLike({ signal: came })
    },
  }
}
