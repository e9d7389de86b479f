import { constants, fstatSync, readFileSync } from 'node:fs'

/** What is used of `process.stdin` and its brothers beyond their types. */
interface StandardStream {
  readonly isRaw?: boolean
  setRawMode?(raw: boolean): unknown
  readonly _handle?: { setBlocking?(blocking: boolean): unknown } | null
}

/**
 * Leaves stdin, stdout and stderr to another program as we got them. Merely looking at `process.stdout` makes a pipe
 * non-blocking for everybody who has it, and programs that do not expect that fail with EAGAIN.
 *
 * A stream that nobody has looked at is left alone where that can be told, because looking takes milliseconds.
 */
export function restoreStandardStreams(): void {
  for (const [descriptor, stream] of [
    [0, 'stdin'],
    [1, 'stdout'],
    [2, 'stderr'],
  ] as const) {
    if (!mayBeNonBlocking(descriptor)) continue
    const standard = process[stream] as StandardStream
    if (standard.isRaw) standard.setRawMode?.(false)
    standard._handle?.setBlocking?.(true)
  }
}

/** Whether reads and writes on the descriptor may be non-blocking. Only Linux says so without being asked in C. */
function mayBeNonBlocking(descriptor: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1]
    if (flags !== undefined) return (Number.parseInt(flags, 8) & constants.O_NONBLOCK) !== 0
  } catch {
    // There is no /proc here, or the descriptor is closed.
  }
  try {
    return !fstatSync(descriptor).isFile()
  } catch {
    return false
  }
}
