import { findProgram, searchIn } from './find-program.ts'
import { endLike, type ProgramEnd } from './program-end.ts'
import { startProgram } from './start-program.ts'

/** A program to run. */
export interface Program {
  /** As the user wrote it: a name to look for in `PATH`, or a path. */
  readonly name: string
  readonly arguments: readonly string[]
  /** The whole environment it gets. */
  readonly environment: Readonly<Record<string, string>>
  /** What serves its credentials. With a `close`, this process stays until the program has ended. */
  readonly exposed: { close?(): Promise<void> }
}

/**
 * Runs a program in our place: when it ends, we end in the same way. Close everything that is open before.
 * @throws VaultError ERR_EXEC_* (`facts.exitCode` 126 or 127, as with shells) when it cannot be started
 */
export async function runProgram({ name, arguments: args, environment, exposed }: Program): Promise<never> {
  let end: ProgramEnd
  try {
    const file = findProgram(name, searchIn(environment))
    end = await startProgram(file, [name, ...args], environment, exposed.close !== undefined)
  } finally {
    // What is served ends with us anyway: failing to close it must not hide how the program ended.
    await exposed.close?.().catch(() => {})
  }
  return endLike(end)
}
