import { flushCompileCache } from 'node:module'
import { restoreStandardStreams } from './standard-streams.ts'

/** Whether this platform and this Node can put a program in place of the running process (not on Windows). */
export function canReplaceProcess(): boolean {
  return process.platform !== 'win32' && typeof process.execve === 'function'
}

/**
 * Puts a program in the place of this process, which keeps its id, parent, terminal and open stdin, stdout and stderr.
 * Nothing of ours runs afterwards, so all that needs closing must be closed before.
 *
 * When the kernel refuses, Node aborts the process: make sure beforehand that it will not (see run-program.ts).
 * @param file absolute path of an executable that the kernel can start
 * @param argv its arguments, from argv[0], the name it is called by, on
 */
export function replaceProcess(
  file: string,
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
): never {
  flushCompileCache() // Node would do it on exit, which never comes.
  restoreStandardStreams()
  restoreIgnoredSignals()
  const execve = process.execve
  if (execve === undefined) throw new TypeError('process.execve is not available here')
  return execve(file, argv, environment)
}

/**
 * Node ignores these two, and programs inherit what is ignored: `yes | head` would never end. When the last listener of
 * a signal goes, libuv sets its default action.
 */
function restoreIgnoredSignals(): void {
  const listener = () => {}
  for (const signal of ['SIGPIPE', 'SIGXFSZ'] as const) process.on(signal, listener).off(signal, listener)
}
