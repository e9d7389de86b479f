import { isVaultError, type Keyring } from '@aws-vault/plugin-sdk'

/** What says that the keyring, or what it needs, is not there: that it is locked or refuses an item does not. */
const NOT_THERE: ReadonlySet<string> = new Set([
  'ERR_KEYRING_STORAGE',
  'ERR_KEYRING_UNAVAILABLE',
  'ERR_KEYRING_ABSENT',
  'ERR_KEYRING_TIMEOUT',
  'ERR_KEYRING_DISABLED',
  'ERR_PASS_NOT_FOUND',
  'ERR_PASS_STORE',
  'ERR_PASS_GPG',
  'ERR_PASS_AGENT',
  'ERR_PASS_TIMEOUT',
])

/** Told of what becomes of a keyring's calls. Neither may fail. */
export interface KeyringWatcher {
  /** Something lies in it. */
  onUse(): Promise<void>
  /** It does not work any more. */
  onFailure(): Promise<void>
}

/** The same keyring, watched: which one is in use is noted when it is used, and looked at again when it fails. */
export function watchKeyring(keyring: Keyring, { onUse, onFailure }: KeyringWatcher): Keyring {
  const watch = async <T>(call: Promise<T>, shows: (result: T) => boolean): Promise<T> => {
    let result: T
    try {
      result = await call
    } catch (error) {
      if (isVaultError(error) && NOT_THERE.has(error.code)) await onFailure()
      throw error
    }
    if (shows(result)) await onUse()
    return result
  }
  return {
    get: key => watch(keyring.get(key), found => found !== undefined),
    set: item => watch(keyring.set(item), () => true),
    remove: key => watch(keyring.remove(key), () => false),
    keys: () => watch(keyring.keys(), keys => keys.length > 0),
    close: () => keyring.close(),
  }
}
