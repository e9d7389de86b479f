import type { PartContext } from '@aws-vault/plugin-sdk'
import { type ProgramEnd, type ProgramEnvironment, runProgram } from '@aws-vault/plugin-sdk/program'

/** Variables by which git would take another repository than the one that the files are in. */
const misleading = /^GIT_(?:DIR|WORK_TREE|NAMESPACE|INDEX_FILE|INDEX_VERSION|OBJECT_DIRECTORY|COMMON_DIR)$/

/**
 * Commits what has become of some files of a password store, where git has the store.
 * @param paths absolute paths in `directory`
 * @returns why it could not be done; `undefined` when it is done, or there is no git
 */
export async function commit(
  directory: string,
  paths: readonly string[],
  message: string,
  { environment, signal }: { readonly environment: ProgramEnvironment; readonly signal: PartContext['signal'] },
): Promise<string | undefined> {
  const clean = Object.fromEntries(Object.entries(environment).filter(([name]) => !misleading.test(name)))
  const git = (...args: string[]): Promise<ProgramEnd> =>
    runProgram({
      file: 'git',
      args: ['-C', directory, '--literal-pathspecs', ...args],
      environment: clean,
      signal,
      timeoutSeconds: 60,
    })
  try {
    const inside = await git('rev-parse', '--is-inside-work-tree')
    if (inside.code !== 0 || inside.stdout.toString().trim() !== 'true') return undefined
    const signed = await git('config', '--bool', '--get', 'pass.signcommits')
    const sign = signed.stdout.toString().trim() === 'true' ? ['-S'] : []
    for (const args of [
      ['add', '--all', '--', ...paths],
      ['commit', '--quiet', ...sign, '-m', message, '--', ...paths],
    ]) {
      const { code, stderr } = await git(...args)
      if (code !== 0) return stderr.trim().split('\n')[0] || `git ${args[0]} ended with ${code}`
    }
    return undefined
  } catch (error) {
    signal.throwIfAborted()
    // Without git, nobody keeps the store in it.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : String(error)
  }
}
