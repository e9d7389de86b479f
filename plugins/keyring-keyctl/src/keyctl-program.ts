import type { PartContext } from '@aws-vault/plugin-sdk'
import { type ProgramEnd, runProgram } from '@aws-vault/plugin-sdk/program'
import { commandMissing } from './failure.ts'
import { LEAD_TO_USER_KEYRING, SCRIPTS } from './scripts.ts'

/** Seconds. The kernel answers at once. */
const PATIENCE = 30

/**
 * Runs one of the {@link SCRIPTS}, in a session keyring of its own. Where the user's share of the kernel's memory is used
 * up, there is no room for one: then in ours, so that what is there can still be read and removed.
 * @throws VaultError `ERR_KEYCTL_NOT_FOUND` when the program is not installed
 */
export async function runScript(
  context: PartContext,
  script: keyof typeof SCRIPTS,
  args: readonly string[] = [],
  input?: Uint8Array,
): Promise<ProgramEnd> {
  const environment = {
    ...(await context.programEnvironment()),
    // Its messages are told apart by their words.
    LC_ALL: 'C',
  }
  const start = (file: string, before: readonly string[], text: string): Promise<ProgramEnd> =>
    runProgram({
      file,
      args: [...before, '-c', text, 'sh', ...args],
      environment,
      signal: context.signal,
      timeoutSeconds: PATIENCE,
      ...(input === undefined ? {} : { input }),
    })
  try {
    const end = await start('keyctl', ['session', '-', 'sh'], LEAD_TO_USER_KEYRING + SCRIPTS[script])
    const isFull = script !== 'set' && end.code !== 0 && /quota exceeded/i.test(end.stderr)
    return isFull ? await start('sh', [], SCRIPTS[script]) : end
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? commandMissing(error) : error
  }
}
