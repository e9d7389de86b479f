import { type PartContext, printable } from '@aws-vault/plugin-sdk'
import { type ProgramEnd, type ProgramEnvironment, runProgram } from '@aws-vault/plugin-sdk/program'

/** Variables by which git would take another repository than the one that the files are in. */
const misleading = /^GIT_(?:DIR|WORK_TREE|NAMESPACE|INDEX_FILE|INDEX_VERSION|OBJECT_DIRECTORY|COMMON_DIR)$/

/**
 * Commits what has become of some files of a password store, where git has the store.
 * @param paths absolute paths of files in `directory`, some of which may be gone
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
    const names = async (...args: string[]): Promise<string[]> =>
      (await git(...args)).stdout.toString().split('\0').filter(Boolean)
    // git refuses to hear of a path that neither it nor the file system knows.
    const known = await names('ls-files', '-z', '--cached', '--others', '--', ...paths)
    const added = await git('add', '--all', '--', ...known)
    if (added.code !== 0) return problemOf(added)
    const changed = await names('diff', '--cached', '--name-only', '--no-renames', '-z', '--relative', '--', ...known)
    if (changed.length === 0) return undefined
    const committed = await git('commit', '--quiet', ...sign, '-m', message, '--', ...changed)
    if (committed.code !== 0) return problemOf(committed)
    return undefined
  } catch (error) {
    signal.throwIfAborted()
    // Without git, nobody keeps the store in it.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : String(error)
  }
}

function problemOf({ code, stderr }: ProgramEnd): string {
  return printable(stderr.trim().split('\n')[0] ?? '') || `it ended with ${code}`
}
