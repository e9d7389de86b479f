/**
 * Starting another program from a part: without a shell, never longer than allowed, ended when the part's wait is ended.
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { PartContext } from './context.ts'
import { endProcessTree } from './end-process-tree.ts'

export { fewAtOnce } from './few-at-once.ts'

/** The environment of a program; see {@link PartContext.programEnvironment}. */
export type ProgramEnvironment = Readonly<Record<string, string>>

/** What to start, and how long it may take. */
export interface ProgramRun {
  /** A path, or a name that the system looks for in `PATH`. */
  readonly file: string
  /** Others can read them in the process list: no secret may stand here. */
  readonly args: readonly string[]
  /** What it gets on standard input; nothing if absent. */
  readonly input?: Uint8Array
  readonly environment: ProgramEnvironment
  /** Its end is ours: when aborted, the program and what it has started are ended. */
  readonly signal: AbortSignal
  /** Seconds after which the program and what it has started are ended; no limit if absent. */
  readonly timeoutSeconds?: number
  /** Gets what it writes to standard error, line by line as it comes: what a person has to see while it waits for them. */
  readonly onLine?: (line: string) => void
}

/** How a program ended. */
export interface ProgramEnd {
  /** Its exit code; `null` when a signal ended it. */
  readonly code: number | null
  readonly timedOut: boolean
  readonly stdout: Buffer
  /** What it wrote to standard error, cut after 64 KB. */
  readonly stderr: string
}

const LONGEST_STDERR = 65_536

/** Milliseconds without any output after which, once a program has ended, no more is waited for. */
const GRACE = 500

/**
 * Runs a program to its end. An exit code other than 0 is no error here: only the caller knows what it means.
 * @throws the signal's reason when it is aborted
 * @throws Error with `code` (`ENOENT`, `EACCES`, ...) when the program cannot be started
 */
export async function runProgram({ file, args, input, ...options }: ProgramRun): Promise<ProgramEnd> {
  const { environment, signal, timeoutSeconds, onLine } = options
  signal.throwIfAborted()
  const child = spawn(file, args, {
    env: environment,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    windowsHide: true,
  })
  let timedOut = false
  const abort = (): void => end(child)
  signal.addEventListener('abort', abort, { once: true })
  const deadline =
    timeoutSeconds &&
    setTimeout(() => {
      timedOut = true
      end(child)
    }, timeoutSeconds * 1000)
  try {
    const output = collect(child)
    if (onLine !== undefined && child.stderr !== null) createInterface(child.stderr).on('line', onLine)
    // A program may end without having read all of it.
    child.stdin?.on('error', () => {}).end(input)
    const code = await exitOf(child, signal, () => output.bytes)
    return { code, timedOut, stdout: Buffer.concat(output.stdout), stderr: output.stderr }
  } finally {
    clearTimeout(deadline)
    signal.removeEventListener('abort', abort)
    child.stdout?.destroy()
    child.stderr?.destroy()
  }
}

/**
 * The path of an executable file: `name` itself if it is a path, else the first one of that name in the directories of
 * `PATH`. Entries of `PATH` that are not absolute do not count. `undefined` if there is none.
 */
export function findExecutable(name: string, { PATH = '/usr/bin:/bin' }: ProgramEnvironment): string | undefined {
  if (name === '') return undefined
  if (name.includes('/')) return isExecutable(name) ? name : undefined
  return PATH.split(delimiter)
    .filter(directory => isAbsolute(directory))
    .map(directory => join(directory, name))
    .find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

function collect({ stdout, stderr }: ChildProcess): { bytes: number; stdout: Buffer[]; stderr: string } {
  const output = { bytes: 0, stdout: [] as Buffer[], stderr: '' }
  stdout?.on('data', (chunk: Buffer) => {
    output.bytes += chunk.length
    output.stdout.push(chunk)
  })
  stderr?.setEncoding('utf8').on('data', (text: string) => {
    output.bytes += text.length
    output.stderr = (output.stderr + text).slice(0, LONGEST_STDERR)
  })
  return output
}

/**
 * Resolves when the program has ended and its output is read. A daemon that it left behind, which holds the output open,
 * keeps nobody waiting: it is enough that nothing more comes.
 */
function exitOf(child: ChildProcess, signal: AbortSignal, bytes: () => number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const settle = (code: number | null): void => (signal.aborted ? reject(signal.reason) : resolve(code))
    const settleWhenQuiet = (code: number | null): void => {
      const before = bytes()
      // On a busy machine the time may be over before what lies there has been read: one more look at it.
      setTimeout(() => setImmediate(() => (bytes() === before ? settle(code) : settleWhenQuiet(code))), GRACE).unref()
    }
    child.once('error', reject)
    child.once('close', settle)
    child.once('exit', settleWhenQuiet)
  })
}

function end({ pid }: ChildProcess): void {
  if (pid !== undefined) endProcessTree(pid)
}
