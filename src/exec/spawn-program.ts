import { type ChildProcess, spawn } from 'node:child_process'
import { getSystemErrorMessage } from 'node:util'
import { isVaultError, VaultError } from '@aws-vault/plugin-sdk'
import { batchCommand } from './batch-command.ts'
import { inForeground } from './foreground.ts'
import type { ProgramEnd } from './program-end.ts'
import { variable } from './variable.ts'

/** Sent to a process: handed on to the program. */
const sent: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2']
/** Typed at a terminal, which sends them to the program as well: handed on only when we got them another way. */
const typed: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT']
/** Windows has no signals to hand on: a console event reaches the program by itself, and must not end us before it. */
const consoleEvents: readonly NodeJS.Signals[] = ['SIGINT', 'SIGBREAK', 'SIGHUP']

/**
 * Runs a program as our child, with our stdin, stdout, stderr and `descriptors` (further open files, 3 and up without a
 * gap), and waits for its end. Signals that we get meanwhile are the program's business: it decides whether they end it.
 * @param file absolute path of the program
 * @param argv its arguments, from argv[0], the name it is called by, on
 * @throws VaultError ERR_EXEC_FAILED (`facts.exitCode` 126) when the system refuses to start it
 * @throws VaultError ERR_EXEC_BATCH_ARGUMENT (`facts.exitCode` 126) on Windows, see batch-command.ts
 */
export async function spawnProgram(
  file: string,
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
  descriptors: readonly number[] = [],
): Promise<ProgramEnd> {
  // Before the start: a signal that came right after it would end us and leave the program behind.
  const signals = listenToSignals()
  try {
    const child = start(file, argv, environment, descriptors)
    signals.handOnTo(child)
    return await endOf(child)
  } catch (error) {
    throw isVaultError(error) ? error : refused(file, error as NodeJS.ErrnoException)
  } finally {
    signals.release()
  }
}

function start(
  file: string,
  [name = file, ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
  descriptors: readonly number[],
): ChildProcess {
  const stdio: ('inherit' | number)[] = ['inherit', 'inherit', 'inherit', ...descriptors]
  if (process.platform === 'win32' && /\.(bat|cmd)$/i.test(file)) {
    const shell = variable(env, 'COMSPEC', 'win32') || 'cmd.exe'
    return spawn(shell, batchCommand(file, args), { env, stdio, windowsVerbatimArguments: true })
  }
  return spawn(file, args, { argv0: name, env, stdio })
}

function endOf(child: ChildProcess): Promise<ProgramEnd> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    // From then on it runs; the only error left is that a signal could not be sent to it (it may be another user's).
    child.once('spawn', () => child.off('error', reject).on('error', () => {}))
    child.once('exit', (code, signal) => resolve(signal === null ? { code: code ?? 1 } : { signal }))
  })
}

/** Keeps signals from ending us, and hands on those that only we got. */
function listenToSignals(): { handOnTo(child: ChildProcess): void; release(): void } {
  let child: ChildProcess | undefined
  const listener = (signal: NodeJS.Signals) => {
    if (process.platform === 'win32' || (typed.includes(signal) && inForeground())) return
    child?.kill(signal)
  }
  const signals = process.platform === 'win32' ? consoleEvents : [...sent, ...typed]
  for (const signal of signals) process.on(signal, listener)
  return {
    handOnTo(program) {
      child = program
    },
    release() {
      for (const signal of signals) process.off(signal, listener)
    },
  }
}

function refused(file: string, error: NodeJS.ErrnoException): VaultError {
  const why = error.errno === undefined ? error.message : getSystemErrorMessage(error.errno)
  const hint = error.code === 'E2BIG' ? { hint: 'pass fewer or shorter arguments, or unset large variables' } : {}
  const facts = { file, code: error.code, exitCode: 126 }
  return new VaultError('ERR_EXEC_FAILED', `cannot run ${file}: ${why}`, { ...hint, facts, cause: error })
}
