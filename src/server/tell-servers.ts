import { printable } from '@aws-vault/plugin-sdk'
import type { Container } from '../container.ts'
import { type ControlWord, tellServer } from './control.ts'
import { adviceOn, knownHolders, namesOf, type RunningServer } from './running-servers.ts'

/**
 * Tells all servers of this user, and those that `exec` runs for programs, to forget what they hold, so that the next
 * request gets what can be had then. It is said which did, and which could not be told.
 * @param profiles those that it is about; all if absent
 */
export async function tellServers(
  container: Container,
  word: ControlWord,
  profiles?: readonly string[],
): Promise<void> {
  const { logger } = container
  const { running, elsewhere } = knownHolders(container)
  await Promise.all(
    running.map(async ({ directory, state }) => {
      const name = describe({ directory, state })
      try {
        if ((await tellServer(state.control, word, profiles)) > 0) logger.warn(`${name} has forgotten what it held`)
      } catch (error) {
        const hint = state.isOfExec ? 'end its program' : `aws-vault server stop ${state.pid}`
        logger.warn(`${name} could not be told (${(error as Error).message}), and goes on with what it holds: ${hint}`)
      }
    }),
  )
  for (const server of elsewhere) logger.warn(`${describe(server)} was not told: ${adviceOn(server)}`)
}

const describe = ({ state }: RunningServer): string =>
  `the server ${state.isOfExec ? 'of exec ' : ''}${state.pid} (${printable(namesOf(state))})`
