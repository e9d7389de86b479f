import { statSync } from 'node:fs'
import { executableKind } from './executable-kind.ts'
import { inheritedDescriptors } from './inherited-descriptors.ts'
import type { ProgramEnd } from './program-end.ts'
import { canReplaceProcess, replaceProcess } from './replace-process.ts'
import type { spawnProgram } from './spawn-program.ts'

/** Every system takes at least this many bytes of arguments and environment together: the smallest common limit is 1 MiB. */
const safeSize = 512 * 1024

/** Milliseconds. */
const lately = 10_000

/**
 * Runs an executable file to its end. Unless `mustStay`, it takes this process's place, and this function never returns;
 * where that is impossible or might fail (Windows, files of an unknown format, open files that it would lose), it becomes
 * a child.
 * @param file absolute path, as from `findProgram`
 * @param argv its arguments, from argv[0], the name it is called by, on
 * @param environment the whole environment it gets
 * @param mustStay whether this process has to live as long as the program does, because it serves its credentials
 * @throws VaultError ERR_EXEC_INTERPRETER, ERR_EXEC_FAILED, ERR_EXEC_BATCH_ARGUMENT (`facts.exitCode` 126) when it
 * cannot be started
 */
export async function startProgram(
  file: string,
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
  mustStay: boolean,
): Promise<ProgramEnd> {
  if (process.platform === 'win32') return spawn(file, argv, environment)
  const kind = executableKind(file)
  // What execvp(3) does with a script without `#!`, spelled out: neither execve nor every system's spawn does it.
  const [start, args] = kind === 'shell-script' ? ['/bin/sh', ['/bin/sh', file, ...argv.slice(1)]] : [file, argv]
  const descriptors = inheritedDescriptors()

  const sure =
    kind !== 'unknown' && descriptors.length === 0 && sizeOf(args, environment) < safeSize && !mayBeBeingWritten(file)
  if (sure && !mustStay && canReplaceProcess()) replaceProcess(start, args, environment)
  return spawn(start, args, environment, descriptors)
}

/** Whether the file changed so lately that someone may have it open for writing: the kernel runs no such file. */
function mayBeBeingWritten(file: string): boolean {
  return Date.now() - statSync(file).ctimeMs < lately
}

/** Loads what is needed for a child only when there is one. */
const spawn: typeof spawnProgram = async (...call) => (await import('./spawn-program.ts')).spawnProgram(...call)

/** The bytes that the kernel has to copy: each text with its end, and a pointer to it. */
function sizeOf(argv: readonly string[], environment: Readonly<Record<string, string>>): number {
  const texts = [...argv, ...Object.entries(environment).map(([name, value]) => `${name}=${value}`)]
  return texts.reduce((size, text) => size + Buffer.byteLength(text) + 9, 0)
}
