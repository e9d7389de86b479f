import { isVaultError, type SignInLoginStore } from '@aws-vault/plugin-sdk'
import type { Container } from '../container.ts'
import { lockIfPossible } from '../locks/lock-if-possible.ts'

/** The sign-ins in the container's keyring, as the provider sees them: kept where that is possible, one at a time. */
export async function signInLoginStore(container: Container): Promise<SignInLoginStore> {
  const { signInLogins, identity } = await container.vault()
  const { logger } = container
  return {
    get: loginSession => signInLogins.get(loginSession),
    async set(loginSession, login) {
      try {
        await signInLogins.set(loginSession, login)
      } catch (error) {
        if (isVaultError(error, 'ERR_PROMPT_CANCELLED') || (error as Error).name === 'AbortError') throw error
        logger.warn(`the sign-in of ${loginSession} could not be kept for the next time: ${(error as Error).message}`)
      }
    },
    alone(loginSession, task) {
      const name = `${identity} ${JSON.stringify(['sign-in', loginSession])}`
      const onWait = () => logger.warn(`waiting for another aws-vault that signs in as ${loginSession}`)
      return lockIfPossible(run => container.withLock(name, run, onWait), task, logger)
    },
  }
}
