import { isVaultError, type Keyring } from '@aws-vault/plugin-sdk'

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
      if (isVaultError(error, 'ERR_KEYRING_STORAGE') || isVaultError(error, 'ERR_KEYRING_UNAVAILABLE'))
        await onFailure()
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
