import { lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isProcessIdentity, type ProcessIdentity } from '@aws-vault/plugin-sdk/process'

/** A profile that a server serves. */
export interface ServedProfile {
  readonly name: string
  readonly region?: string
  /** What a program needs to reach it; the token is among it. */
  readonly environment: Readonly<Record<string, string>>
}

/** Where a server is told something by our own commands. */
export interface ControlPort {
  readonly url: string
  readonly token: string
}

/** What a running server says of itself to later commands, in a file for this user alone. */
export interface ServerState extends ProcessIdentity {
  readonly version: 2
  /** The name of the file, and of what lies beside it. */
  readonly id: string
  /** ISO 8601. */
  readonly since: string
  /** The exposure. */
  readonly kind: string
  readonly isDetached: boolean
  readonly profiles: readonly ServedProfile[]
  readonly control: ControlPort
  /** Whether it is `exec`, which serves one program and ends with it. */
  readonly isOfExec?: true
  /** Tells whether a server is the one that a command would start: a hash of what it was started with. */
  readonly order: string
  readonly idleSeconds?: number
  readonly stopsWhenLocked?: boolean
  /** Whether containers may come, and the socket by which they do where there are sockets. */
  readonly container?: { readonly socket?: string }
  /** A further address that it listens on. */
  readonly listen?: string
}

const FILE = /^server-([0-9a-f]{12})\.json$/

/** Where the state of the server with that id is. */
export const stateFile = (directory: string, id: string): string => join(directory, `server-${id}.json`)

/** What the server said while it was started, and of renewals that failed. */
export const logFile = (directory: string, id: string): string => join(directory, `server-${id}.log`)

/** Who starts the server, as long as there is no state of it. */
export const starterFile = (directory: string, id: string): string => join(directory, `server-${id}.starter`)

/** A directory that can be handed to a container, with nothing in it but a socket. */
export const containerDirectory = (directory: string, id: string): string => join(directory, `server-${id}`)

/** Removes everything of a server that has ended. */
export function removeState(directory: string, id: string): void {
  rmSync(stateFile(directory, id), { force: true })
  rmSync(logFile(directory, id), { force: true })
  rmSync(starterFile(directory, id), { force: true })
  rmSync(containerDirectory(directory, id), { recursive: true, force: true })
}

/**
 * The states in some directories, of the living and the dead, the oldest first. What others could have put there, or
 * what cannot be read, is passed over.
 */
export function readStates(
  directories: readonly string[],
): { readonly directory: string; readonly state: ServerState }[] {
  return [...new Set(directories)]
    .flatMap(directory =>
      namesIn(directory).flatMap(name => {
        const state = FILE.test(name) ? readState(join(directory, name)) : undefined
        return state === undefined ? [] : [{ directory, state }]
      }),
    )
    .sort((one, other) => one.state.since.localeCompare(other.state.since))
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

function readState(file: string): ServerState | undefined {
  try {
    const stats = lstatSync(file)
    const { uid, mode } = stats
    const userId = process.getuid?.()
    if (!stats.isFile()) return undefined
    if (userId !== undefined && (uid !== userId || (mode & 0o077) !== 0)) return undefined
    const state = JSON.parse(readFileSync(file, 'utf8')) as ServerState
    return isState(state) && file.endsWith(`server-${state.id}.json`) ? state : undefined
  } catch {
    return undefined
  }
}

/** Whether it is what a server writes: people edit files, and versions differ. */
function isState(state: ServerState): boolean {
  const { version, since, kind, order, profiles, control } = state
  return (
    version === 2 &&
    isProcessIdentity(state) &&
    [since, kind, order, control?.url, control?.token].every(it => typeof it === 'string') &&
    Array.isArray(profiles) &&
    profiles.every(it => typeof it?.name === 'string' && typeof it.environment === 'object' && it.environment !== null)
  )
}
