import { lstatSync, mkdirSync, type Stats } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { VaultError } from '@aws-vault/plugin-sdk'

/** Longest path of a socket (`sun_path` of macOS, less its end), and what is left of it for the socket's own name. */
const LONGEST_SOCKET = 103
const LONGEST_NAME = 40

export interface RuntimeDirectoryInput {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where caches are: the second choice, since it stays when the user logs out. */
  readonly cache: string
  readonly userId: number | undefined
}

/**
 * A directory for sockets, for this user alone: in `XDG_RUNTIME_DIR` (XDG Base Directory Specification), which goes when
 * the user logs out; else among the caches; else, where those paths are too long for sockets, in the system's directory for
 * temporary files. Made if it is not there.
 * @throws VaultError ERR_RUNTIME_DIRECTORY when others have made it, or may use it
 */
export function runtimeDirectory({ environment, cache, userId }: RuntimeDirectoryInput): string {
  const { XDG_RUNTIME_DIR: given } = environment
  const candidates = [
    ...(given ? [join(given, 'aws-vault')] : []),
    join(cache, 'run'),
    join(tmpdir(), `aws-vault-${userId ?? 'user'}`),
  ]
  const fitting = candidates.filter(path => Buffer.byteLength(path) <= LONGEST_SOCKET - LONGEST_NAME)
  let problem: unknown
  for (const path of fitting) {
    try {
      mkdirSync(path, { recursive: true, mode: 0o700 })
    } catch (error) {
      problem = error
      continue
    }
    refuseOthers(path, lstatSync(path), userId)
    return path
  }
  const why = problem === undefined ? 'all paths are too long' : (problem as Error).message
  throw new VaultError('ERR_RUNTIME_DIRECTORY', `there is no directory for sockets: ${why}`, {
    hint: 'set XDG_RUNTIME_DIR to a directory of your own',
    facts: { candidates },
  })
}

/** Whoever made the directory could put a socket of theirs in it. */
function refuseOthers(path: string, stats: Stats, userId: number | undefined): void {
  if (userId === undefined) return
  if (stats.isDirectory() && stats.uid === userId && (stats.mode & 0o077) === 0) return
  throw new VaultError('ERR_RUNTIME_DIRECTORY', `others may use the directory for sockets ${path}`, {
    hint: `see whose it is: ls -ld '${path}'; if it is yours: chmod 700 '${path}'`,
    facts: { path },
  })
}
