import { join } from 'node:path'
import { isVaultError, VaultError } from '@aws-vault/plugin-sdk'
import type { Container } from '../container.ts'
import { runtimeDirectory } from '../helper/runtime-directory.ts'
import { isAlive, readStates, removeState, type ServerState } from './state-file.ts'

/** A server that runs, and where its state is. */
export interface RunningServer {
  readonly directory: string
  readonly state: ServerState
}

/** How long a server may take to end, in milliseconds. */
const PATIENCE = 10_000

/** The directory in which a new server leaves its state. @throws VaultError ERR_RUNTIME_DIRECTORY */
export function stateDirectory({ world }: Container): string {
  const userId = world.platform === 'win32' ? undefined : process.getuid?.()
  return runtimeDirectory({ environment: world.environment, cache: world.directories.cache, userId })
}

/**
 * This user's servers, the oldest first, also those of a login session that had no directory of its own. What is left
 * of one that died is removed, and said.
 */
export function runningServers(container: Container): RunningServer[] {
  const directories = [stateDirectory(container), join(container.world.directories.cache, 'run')]
  return readStates(directories).filter(({ directory, state }) => {
    if (isAlive(state)) return true
    removeState(directory, state.id)
    const names = state.profiles.map(({ name }) => name).join(', ')
    container.logger.warn(`the server ${state.pid} (${names}) had died; what it left behind is removed`)
    return false
  })
}

/**
 * Those of the servers that somebody means: by a profile that they serve, or by their process number.
 * @throws VaultError ERR_SERVER_NONE when there is none
 */
export function serversNamed(servers: readonly RunningServer[], name: string): RunningServer[] {
  const found = servers.filter(
    ({ state }) => String(state.pid) === name || state.profiles.some(profile => profile.name === name),
  )
  if (found.length > 0) return found
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
  if (isAlive(state)) {
    try {
      process.kill(pid, 'SIGTERM')
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw refusesToEnd(pid, (cause as Error).message, cause)
    }
  }
  const end = performance.now() + PATIENCE
  while (isAlive(state)) {
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
  const { pid, profiles, since } = holder.state
  const names = profiles.map(({ name }) => name).join(', ')
  return new VaultError(error.code, `cannot listen on ${where}: server ${pid} (${names}) does, since ${since}`, {
    hint: `stop it: aws-vault server stop ${pid}`,
    facts: error.facts,
    cause: error,
  })
}
