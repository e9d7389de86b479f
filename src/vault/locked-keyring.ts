import type { Item, Keyring, Logger } from '@aws-vault/plugin-sdk'
import { lockIfPossible } from '../locks/lock-if-possible.ts'

/** The lock under which items of a keyring are changed: see `Vault.identity`. */
export const keyringLock = (identity: string): string => `keyring ${identity}`

/**
 * A keyring whose items are changed one after the other among all processes, so that `migrate` can look at an item and
 * then write or remove it, and nothing that was stored in between is lost. Reading takes no lock: a cached `exec` only reads.
 */
export class LockedKeyring implements Keyring {
  readonly #keyring: Keyring
  readonly #change: <T>(task: () => Promise<T>) => Promise<T>

  constructor(
    keyring: Keyring,
    identity: string,
    withLock: <T>(name: string, task: () => Promise<T>, onWait: () => void) => Promise<T>,
    logger: Logger,
  ) {
    this.#keyring = keyring
    // Who holds the lock may be waiting for a person to type a passphrase.
    const onWait = () => logger.warn('waiting for another aws-vault, which is changing the keyring')
    this.#change = task => lockIfPossible(run => withLock(keyringLock(identity), run, onWait), task, logger)
  }

  get(key: string): Promise<Item | undefined> {
    return this.#keyring.get(key)
  }

  set(item: Item): Promise<void> {
    return this.#change(() => this.#keyring.set(item))
  }

  remove(key: string): Promise<boolean> {
    return this.#change(() => this.#keyring.remove(key))
  }

  keys(): Promise<string[]> {
    return this.#keyring.keys()
  }

  close(): Promise<void> {
    return this.#keyring.close()
  }
}
