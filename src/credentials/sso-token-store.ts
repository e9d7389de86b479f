import { isVaultError, type SsoTokenStore } from '@aws-vault/plugin-sdk'
import type { Container } from '../container.ts'
import { lockIfPossible } from '../locks/lock-if-possible.ts'

/** The logins in the container's keyring, as the provider sees them: kept where that is possible, one login at a time. */
export async function ssoTokenStore(container: Container): Promise<SsoTokenStore> {
  const { ssoTokens, identity } = await container.vault()
  const { clock, logger } = container
  return {
    get: startUrl => ssoTokens.get(startUrl),
    async set(startUrl, token) {
      try {
        await ssoTokens.set(startUrl, token, clock.now())
      } catch (error) {
        if (isVaultError(error, 'ERR_PROMPT_CANCELLED') || (error as Error).name === 'AbortError') throw error
        logger.warn(`the login to ${startUrl} could not be kept for the next time: ${(error as Error).message}`)
      }
    },
    async remove(startUrl) {
      await ssoTokens.remove(startUrl)
    },
    alone(startUrl, task) {
      const name = `${identity} ${JSON.stringify(['sso', startUrl])}`
      const onWait = () => logger.warn(`waiting for another aws-vault that logs in to ${startUrl}`)
      return lockIfPossible(run => container.withLock(name, run, onWait), task, logger)
    },
  }
}
