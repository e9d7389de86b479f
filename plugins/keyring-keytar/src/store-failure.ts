import { isVaultError, KeyringLockedError, KeyringStorageError, type VaultError } from '@aws-vault/plugin-sdk'
import { HelperCrash } from './helper.ts'
import type { Traits } from './traits.ts'

/**
 * macOS: errSecInteractionNotAllowed, errSecAuthFailed, errSecUserCanceled, in English; where the system speaks another
 * language, its words are shown as a failure of the storage. gnome-keyring: org.freedesktop.Secret.Error.IsLocked.
 */
const locked =
  /User interaction is not allowed|passphrase you entered is not correct|[Uu]ser canceled|locked collection|IsLocked|prompt.*dismissed/

const unlock: Record<Traits['keyring'], string> = {
  keychain: 'unlock it: security unlock-keychain',
  wincred: 'log in to Windows',
  libsecret: 'unlock it in your desktop, or use the keyring secret-service, which can ask for it to be unlocked',
}

/** The error of a call that failed. What keytar says is the system's own message and holds no secret. */
export function storeFailure(what: string, cause: unknown, { keyring, store }: Traits): VaultError {
  if (isVaultError(cause)) return cause
  const said = cause instanceof Error ? cause.message : String(cause)
  if (locked.test(said)) {
    return new KeyringLockedError(`cannot ${what}: ${store} is locked (${said})`, { hint: unlock[keyring], cause })
  }
  if (cause instanceof HelperCrash) {
    return new KeyringStorageError(`cannot ${what}: ${said}`, {
      hint: `keytar crashes where an item cannot be shown: ${unlock[keyring]}`,
      cause,
    })
  }
  return new KeyringStorageError(`cannot ${what} in ${store}: ${said}`, { cause })
}
