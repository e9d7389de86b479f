import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { Container } from '../container.ts'
import { lockIfPossible } from '../locks/lock-if-possible.ts'
import { writeStderr } from '../output/logger.ts'
import { detachServer } from './detach.ts'
import { detachedEnvironment } from './detached-environment.ts'
import { type RunningServer, runningServers, stateDirectory } from './running-servers.ts'
import { forgetStarter, noteStarter } from './starter-file.ts'
import { logFile, removeState } from './state-file.ts'

/** Which server to start. */
export interface DetachedWish {
  readonly id: string
  readonly argv: readonly string[]
  readonly order: string
}

/**
 * Starts a server that outlives us, unless one that would be the same runs already: whoever starts it from each new
 * shell, or twice at once, has one.
 * @throws VaultError when it cannot begin
 */
export function startDetached(container: Container, wish: DetachedWish): Promise<RunningServer & { isNew: boolean }> {
  const start = async () => {
    const same = runningServers(container).find(({ state }) => state.isDetached && state.order === wish.order)
    return same === undefined ? { ...(await startNew(container, wish)), isNew: true } : { ...same, isNew: false }
  }
  const lock = <T>(run: () => Promise<T>): Promise<T> => container.withLock(`server start ${wish.order}`, run)
  return lockIfPossible(lock, start, container.logger)
}

async function startNew(container: Container, { id, argv, order }: DetachedWish): Promise<RunningServer> {
  const { world, ask, signal } = container
  const { contributions } = await container.settings()
  const { open, secrets } = detachedEnvironment(world.environment, contributions.secretVariables())
  const directory = stateDirectory(container)
  noteStarter(directory, id)
  // Read by this descriptor, whatever becomes of the file: a server that cannot begin removes it.
  const log = openSync(logFile(directory, id), 'ax+', 0o600)
  try {
    const state = await detachServer({
      program: [process.execPath, process.argv[1] ?? ''],
      environment: open,
      order: { argv, secrets, id, order },
      log,
      platform: world.platform,
      ask,
      signal,
    })
    forgetStarter(directory, id)
    return { directory, state }
  } catch (error) {
    removeState(directory, id)
    throw error
  } finally {
    relay(log)
    closeSync(log)
  }
}

/** What it had to say while it was started is for whoever started it. */
function relay(log: number): void {
  const said = Buffer.alloc(fstatSync(log).size)
  readSync(log, said, 0, said.length, 0)
  if (said.length > 0) writeStderr(said.toString().trimEnd())
}
