import { constants } from 'node:os'

/** How a program ended: by itself, or by a signal. */
export type ProgramEnd = { readonly code: number } | { readonly signal: NodeJS.Signals }

/** Signals whose default action writes an image of the process's memory to disk. Ours may hold credentials. */
const dumping: ReadonlySet<NodeJS.Signals> = new Set<NodeJS.Signals>([
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
  'SIGIOT',
  'SIGQUIT',
  'SIGSEGV',
  'SIGSYS',
  'SIGTRAP',
  'SIGXCPU',
  'SIGXFSZ',
])

/**
 * Ends this process the way the program ended: with its exit code, or by the same signal, so that our parent sees what
 * it would have seen of the program itself. Where that is not possible or would leave a core file of ours behind, the
 * exit code is 128 + the signal's number, as shells report it.
 */
export function endLike(end: ProgramEnd): never {
  if ('code' in end) process.exit(end.code)
  const { signal } = end
  // The first process of a container is sent no signal that it has no handler for.
  if (process.platform !== 'win32' && process.pid !== 1 && !dumping.has(signal)) {
    restoreDefaultAction(signal)
    process.kill(process.pid, signal)
    // The signal may be taken by another thread of ours: give it time.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000)
  }
  process.exit(128 + constants.signals[signal])
}

/** When the last listener of a signal goes, libuv sets its default action, also where Node had it ignored. */
function restoreDefaultAction(signal: NodeJS.Signals): void {
  if (signal === 'SIGKILL' || signal === 'SIGSTOP') return
  process.removeAllListeners(signal)
  const listener = () => {}
  process.on(signal, listener).off(signal, listener)
}
