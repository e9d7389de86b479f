import type { Logger } from '@aws-vault/plugin-sdk'

/** How often it is looked whether the keystore is locked, in milliseconds. */
const LOOK = 5000

/**
 * Resolves when we are told to end. A closed terminal is one way, unless we have none.
 */
export function toldToEnd(isDetached: boolean): Promise<string> {
  return new Promise(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal))
    process.on('SIGHUP', () => {
      if (!isDetached) resolve('SIGHUP')
    })
  })
}

/**
 * Resolves when the keystore is locked. One that does not answer is no reason to end.
 * @param isLocked asks without prompting
 */
export function keystoreLocked(
  isLocked: () => Promise<boolean | undefined>,
  signal: AbortSignal,
  logger: Logger,
): Promise<string> {
  return new Promise(resolve => {
    const look = async (): Promise<void> => {
      if (signal.aborted) return
      try {
        if (await isLocked()) {
          resolve('the keystore is locked')
          return
        }
      } catch (error) {
        logger.debug(`whether the keystore is locked is not known: ${(error as Error).message}`)
      }
      setTimeout(() => void look(), LOOK).unref()
    }
    void look()
  })
}
