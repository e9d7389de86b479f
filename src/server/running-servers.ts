import { isVaultError, printable, VaultError } from '@aws-vault/plugin-sdk'
import { type ProcessFate, processFate, thisPlace } from '@aws-vault/plugin-sdk/process'
import type { Container } from '../container.ts'
import { ownRuntimePlaces, runtimeDirectory } from '../helper/runtime-directory.ts'
import { removeUnfinished } from './starter-file.ts'
import { readStates, removeState, type ServerState, stateFile } from './state-file.ts'

/** A server that runs, and where its state is. */
export interface RunningServer {
  readonly directory: string
  readonly state: ServerState
}

/** A server of which cannot be told from here whether it runs. */
export interface ServerElsewhere extends RunningServer {
  readonly where: Exclude<ProcessFate, 'alive' | 'dead'>
}

/** What is known of this user's servers, the oldest first. */
export interface KnownServers {
  readonly running: readonly RunningServer[]
  readonly elsewhere: readonly ServerElsewhere[]
}

/** How long a server may take to end, in milliseconds. */
const PATIENCE = 10_000

/** The directory in which a new server leaves its state. @throws VaultError ERR_RUNTIME_DIRECTORY */
export const stateDirectory = (container: Container): string => runtimeDirectory(directoryInput(container))

function directoryInput({ world: { environment, directories, platform } }: Container) {
  return { environment, cache: directories.cache, userId: platform === 'win32' ? undefined : process.getuid?.() }
}

/**
 * This user's servers, also those of a login session that had no directory of its own. What is left of one that died is
 * removed, and said. One that another machine or container has left in a shared directory is nobody's to judge here.
 */
export function knownServers(container: Container): KnownServers {
  const { running, elsewhere } = knownHolders(container)
  const isServer = ({ state }: RunningServer): boolean => state.isOfExec !== true
  return { running: running.filter(isServer), elsewhere: elsewhere.filter(isServer) }
}

/** The same, and with them those that `exec` runs for a program. */
export function knownHolders(container: Container): KnownServers {
  const here = thisPlace()
  const directories = ownRuntimePlaces(directoryInput(container))
  const running: RunningServer[] = []
  const elsewhere: ServerElsewhere[] = []
  for (const { directory, state } of readStates(directories)) {
    const fate = processFate(state, here)
    if (fate === 'alive') running.push({ directory, state })
    else if (fate !== 'dead') elsewhere.push({ directory, state, where: fate })
    else {
      removeState(directory, state.id)
      const say = state.isOfExec ? 'debug' : 'warn'
      container.logger[say](`the server ${state.pid} (${namesOf(state)}) had died; what it left behind is removed`)
    }
  }
  removeUnfinished(directories, here)
  return { running, elsewhere }
}

/** Those of them that run here. */
export const runningServers = (container: Container): readonly RunningServer[] => knownServers(container).running

/** The profiles that it serves, for messages. */
export const namesOf = ({ profiles }: ServerState): string => profiles.map(({ name }) => name).join(', ')

/** Where a server is that cannot be judged here, in a word or two. */
export const placeOf = ({ where, state }: ServerElsewhere): string =>
  where === 'on another host' ? `on ${printable(state.place.host)}` : where

/** What a person can do about a server that cannot be judged here. */
export function adviceOn(server: ServerElsewhere): string {
  const { directory, state } = server
  const names = `${state.pid} (${printable(namesOf(state))})`
  const file = stateFile(directory, state.id)
  return `whether server ${names} ${placeOf(server)} runs cannot be told from here: ask there; if it is gone for good, remove ${file}`
}

/**
 * Those of the servers that somebody means: by a profile that they serve, or by their process number.
 * @throws VaultError ERR_SERVER_NONE when there is none, ERR_SERVER_ELSEWHERE when it is nobody's to reach from here
 */
export function serversNamed({ running, elsewhere }: KnownServers, name: string): RunningServer[] {
  const isMeant = ({ state }: RunningServer): boolean =>
    String(state.pid) === name || state.profiles.some(profile => profile.name === name)
  const found = running.filter(isMeant)
  if (found.length > 0) return found
  const [other] = elsewhere.filter(isMeant)
  if (other !== undefined) {
    throw new VaultError('ERR_SERVER_ELSEWHERE', `the server of "${name}" is ${placeOf(other)}`, {
      hint: adviceOn(other),
      facts: { name, host: other.state.place.host, pid: other.state.pid },
    })
  }
  throw new VaultError('ERR_SERVER_NONE', `no server of yours serves "${name}"`, {
    hint: 'see which there are: aws-vault server status',
    facts: { name },
  })
}

/**
 * Ends a server and waits until it is gone.
 * @throws VaultError ERR_SERVER_STOP when it does not end, or may not be told to
 */
export async function stopServer({ directory, state }: RunningServer): Promise<void> {
  const { pid } = state
  const isAlive = (): boolean => processFate(state) === 'alive'
  if (isAlive()) {
    try {
      process.kill(pid, 'SIGTERM')
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw refusesToEnd(pid, (cause as Error).message, cause)
    }
  }
  const end = performance.now() + PATIENCE
  while (isAlive()) {
    if (performance.now() > end) throw refusesToEnd(pid, 'it does not end')
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  // It has done so itself, unless it was ended in another way meanwhile.
  removeState(directory, state.id)
}

const refusesToEnd = (pid: number, why: string, cause?: unknown): VaultError =>
  new VaultError('ERR_SERVER_STOP', `the server ${pid} could not be stopped: ${why}`, {
    hint: `end it yourself, e.g. kill -9 ${pid}`,
    facts: { pid },
    cause,
  })

/** An error about a port that is taken, with the one of ours who has it. */
export function nameHolder(container: Container, error: unknown): unknown {
  if (!isVaultError(error, 'ERR_SERVER_LISTEN') || error.facts.code !== 'EADDRINUSE') return error
  const where = String(error.facts.where)
  const holder = runningServers(container).find(({ state }) =>
    state.profiles.some(({ environment }) => Object.values(environment).some(value => value.includes(`//${where}/`))),
  )
  if (holder === undefined) return error
  const { pid, since } = holder.state
  const names = namesOf(holder.state)
  return new VaultError(error.code, `cannot listen on ${where}: server ${pid} (${names}) does, since ${since}`, {
    hint: `stop it: aws-vault server stop ${pid}`,
    facts: error.facts,
    cause: error,
  })
}
