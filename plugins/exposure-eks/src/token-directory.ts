import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { VaultError } from '@aws-vault/plugin-sdk'

/** What decides where token files lie. */
export interface Place {
  readonly platform: NodeJS.Platform
  readonly homeDirectory: string
  /** The user's number; absent on Windows. */
  readonly userId: number | undefined
}

/** How long a file whose process is gone may lie there, in milliseconds: longer than a living one goes unwritten. */
const STALE = 30 * 60_000

/**
 * The directory for what lives as long as we are logged in: in memory where the system has one for this user, or else
 * below the home directory.
 */
export function runtimeDirectory({ platform, homeDirectory, userId }: Place): string {
  const system = `/run/user/${userId}`
  if (platform === 'linux' && userId !== undefined && isPrivate(system, userId)) return join(system, 'aws-vault')
  return join(homeDirectory, '.cache', 'aws-vault', 'run')
}

/**
 * Makes a directory for one server's token. What servers left behind that were killed is removed on the way: such a
 * token opens nothing any more.
 * @throws VaultError ERR_SERVER_TOKEN_FILE when it cannot be made
 */
export function makeTokenDirectory(base: string, processId: number, now: number): string {
  const directory = join(base, `eks-${processId}-${crypto.randomUUID()}`)
  try {
    mkdirSync(base, { recursive: true, mode: 0o700 })
    removeLeftovers(base, now)
    mkdirSync(directory, { mode: 0o700 })
  } catch (cause) {
    throw new VaultError('ERR_SERVER_TOKEN_FILE', `cannot make a directory for the token in ${base}`, {
      hint: 'look at its permissions, or use --expose ecs, which needs no file',
      facts: { directory: base, code: (cause as NodeJS.ErrnoException).code },
      cause,
    })
  }
  return directory
}

/** Gone and long unwritten, both: on a shared home directory, the process may be another machine's. */
function removeLeftovers(base: string, now: number): void {
  for (const name of readdirSync(base)) {
    const processId = /^eks-(\d+)-/.exec(name)?.[1]
    if (processId === undefined || isAlive(Number(processId))) continue
    const path = join(base, name)
    try {
      if (now - statSync(path).mtimeMs > STALE) rmSync(path, { recursive: true, force: true })
    } catch {
      // Somebody else was faster, or it is not ours: no reason to fail.
    }
  }
}

function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function isPrivate(directory: string, userId: number): boolean {
  try {
    const { uid, mode } = statSync(directory)
    return uid === userId && (mode & 0o077) === 0
  } catch {
    return false
  }
}
