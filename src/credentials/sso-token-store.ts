import { isVaultError, type SsoTokenStore } from '@aws-vault/plugin-sdk'
import type { Container } from '../container.ts'

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
    async alone(startUrl, task) {
      let hasBegun = false
      const run = () => {
        hasBegun = true
        return task()
      }
      const onWait = () => logger.warn(`waiting for another aws-vault that logs in to ${startUrl}`)
      try {
        return await container.withLock(`${identity} ${JSON.stringify(['sso', startUrl])}`, run, onWait)
      } catch (error) {
        if (hasBegun || !isVaultError(error, 'ERR_LOCK_UNAVAILABLE')) throw error
        logger.debug(`going on without a lock: ${error.message}`)
        return run()
      }
    },
  }
}
