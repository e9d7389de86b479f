import type { PartContext } from '@aws-vault/plugin-sdk'
import { type ProgramEnd, runProgram } from '@aws-vault/plugin-sdk/program'
import { commandMissing } from './failure.ts'
import { SCRIPTS } from './scripts.ts'

/** Seconds. The kernel answers at once. */
const PATIENCE = 30

/**
 * Runs one of the {@link SCRIPTS}, in a session keyring of its own.
 * @throws VaultError `ERR_KEYCTL_NOT_FOUND` when the program is not installed
 */
export async function runScript(
  context: PartContext,
  script: keyof typeof SCRIPTS,
  args: readonly string[] = [],
  input?: Uint8Array,
): Promise<ProgramEnd> {
  try {
    return await runProgram({
      file: 'keyctl',
      args: ['session', '-', 'sh', '-c', SCRIPTS[script], 'sh', ...args],
      // Its messages are told apart by their words.
      environment: { ...(await context.programEnvironment()), LC_ALL: 'C' },
      signal: context.signal,
      timeoutSeconds: PATIENCE,
      ...(input === undefined ? {} : { input }),
    })
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? commandMissing(error) : error
  }
}
