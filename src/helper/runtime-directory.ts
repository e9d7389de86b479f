import { lstatSync, mkdirSync, type Stats } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { VaultError } from '@aws-vault/plugin-sdk'
import { placesElsewhere, type RuntimeDirectoryInput, runtimePlaces } from './runtime-places.ts'

export type { RuntimeDirectoryInput } from './runtime-places.ts'

/** Longest path of a socket (`sun_path` of macOS, less its end), and what is left of it for the socket's own name. */
const LONGEST_SOCKET = 103
const LONGEST_NAME = 40

/**
 * A directory for sockets, for this user alone: in `XDG_RUNTIME_DIR` (XDG Base Directory Specification), which goes when
 * the user logs out; else among the caches; else in the system's directory for temporary files. One that is another
 * user's, as `XDG_RUNTIME_DIR` is under sudo, that others may use, or whose path is too long for sockets, is passed over.
 * Made if it is not there.
 * @throws VaultError ERR_RUNTIME_DIRECTORY when none of them will do
 */
export function runtimeDirectory(input: RuntimeDirectoryInput): string {
  const { environment, userId } = input
  const { XDG_RUNTIME_DIR: given = '' } = environment
  const candidates = [
    ...(isAbsolute(given) && isOwn(statsOf(given), userId) ? [join(given, 'aws-vault')] : []),
    ...placesElsewhere(input),
  ]
  const problems: string[] = []
  for (const path of candidates) {
    const problem = problemOf(path, userId)
    if (problem === undefined) return path
    problems.push(`${path}: ${problem}`)
  }
  throw new VaultError('ERR_RUNTIME_DIRECTORY', `there is no directory for sockets (${problems.join('; ')})`, {
    hint: 'see whose they are, by ls -ld; remove what is not yours, or make it yours alone: chmod 700',
    facts: { candidates },
  })
}

/**
 * Where {@link runtimeDirectory} may have led this user in another session (by SSH, su, cron), the present answer first:
 * for looking, so nothing is made. `/run/user/<uid>` is what systemd's pam_systemd(8) gives out.
 */
export function runtimeDirectories(input: RuntimeDirectoryInput): string[] {
  const { environment, userId } = input
  const { XDG_RUNTIME_DIR: given = '' } = environment
  const sessions = [given, ...(userId === undefined ? [] : [`/run/user/${userId}`])]
  const candidates = [...sessions.filter(isAbsolute).map(path => join(path, 'aws-vault')), ...placesElsewhere(input)]
  return [...new Set(candidates)].filter(path => isOwn(statsOf(path), userId))
}

/** Those of the places to which {@link runtimeDirectory} may lead with this environment that are there and this user's. */
export const ownRuntimePlaces = (input: RuntimeDirectoryInput): string[] =>
  runtimePlaces(input).filter(path => isOwn(statsOf(path), input.userId))

/** Why sockets should not lie there; `undefined` when they may. */
function problemOf(path: string, userId: number | undefined): string | undefined {
  if (Buffer.byteLength(path) > LONGEST_SOCKET - LONGEST_NAME) return 'the path is too long'
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    const stats = lstatSync(path)
    // Whoever made the directory could put a socket of theirs in it.
    return isOwn(stats, userId) && (userId === undefined || (stats.mode & 0o077) === 0)
      ? undefined
      : 'others may use it'
  } catch (error) {
    return (error as Error).message
  }
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path)
  } catch {
    return undefined
  }
}

const isOwn = (stats: Stats | undefined, userId: number | undefined): boolean =>
  stats?.isDirectory() === true && (userId === undefined || stats.uid === userId)
