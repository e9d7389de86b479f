import { isVaultError, type Logger } from '@aws-vault/plugin-sdk'

/**
 * Runs a task under a lock, and without one where nothing can be locked (a read-only home): being asked for a second MFA
 * code is better than getting no credentials. A task that has begun is never run again.
 * @param lock takes the lock and runs what it is given
 * @throws whatever the lock and the task throw, but for ERR_LOCK_UNAVAILABLE before the task has begun
 */
export async function lockIfPossible<T>(
  lock: (run: () => Promise<T>) => Promise<T>,
  task: () => Promise<T>,
  logger: Logger,
): Promise<T> {
  let hasBegun = false
  const run = (): Promise<T> => {
    hasBegun = true
    return task()
  }
  try {
    return await lock(run)
  } catch (error) {
    if (hasBegun || !isVaultError(error, 'ERR_LOCK_UNAVAILABLE')) throw error
    logger.debug(`going on without a lock: ${error.message}`)
    return run()
  }
}
