import { randomBytes } from 'node:crypto'
import { thisProcess } from '@aws-vault/plugin-sdk/process'
import type { Container } from '../container.ts'
import { writePrivateFile } from '../settings/write-private-file.ts'
import { openControl } from './control.ts'
import type { ProfileSource } from './profile-source.ts'
import { stateDirectory } from './running-servers.ts'
import { removeState, type ServerState, stateFile } from './state-file.ts'

/**
 * Lets later commands tell `exec` to forget what it serves, as they tell servers. Where that is not possible it serves all
 * the same.
 * @returns takes it back
 */
export async function letBeReached(
  container: Container,
  profile: ProfileSource,
  kind: string,
): Promise<() => Promise<void>> {
  const { logger } = container
  try {
    const directory = stateDirectory(container)
    const id = randomBytes(6).toString('hex')
    const forget = (names?: readonly string[]): number => (profile.forget(names) ? 1 : 0)
    const { url, token, close } = await openControl({ forget }, container)
    const state: ServerState = {
      ...thisProcess(),
      version: 2,
      id,
      since: new Date().toISOString(),
      kind,
      isDetached: false,
      isOfExec: true,
      // How a program reaches it is the program's alone.
      profiles: [{ name: profile.plan.profile, environment: {} }],
      control: { url, token },
      order: '',
    }
    try {
      await writePrivateFile(stateFile(directory, id), JSON.stringify(state))
    } catch (error) {
      // Nobody would ever know of it.
      await close()
      throw error
    }
    return async () => {
      removeState(directory, id)
      await close()
    }
  } catch (error) {
    logger.debug(`clear and remove will not reach this server: ${(error as Error).message}`)
    return async () => {}
  }
}
