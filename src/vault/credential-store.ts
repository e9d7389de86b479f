import type { Credentials, Keyring } from '@aws-vault/plugin-sdk'
import { isVaultError, VaultError } from '@aws-vault/plugin-sdk'
import { decodeIamKeys, encodeIamKeys } from './iam-keys.ts'
import { classifyKey, decodeRotationKey, encodeRotationKey } from './session-key.ts'

/** The long-lived IAM keys in a keyring, by profile. */
export class CredentialStore {
  readonly #keyring: Keyring
  readonly #onSecret: (secret: string | undefined) => void
  #unfinished: ReadonlySet<string> = new Set()

  /** @param onSecret is told every secret that comes out of or goes into the keyring, to be blacked out in all output */
  constructor(keyring: Keyring, onSecret: (secret: string | undefined) => void) {
    this.#keyring = keyring
    this.#onSecret = onSecret
  }

  /**
   * A profile's keys; `undefined` if none are stored.
   * @throws VaultError ERR_VAULT_ITEM when what is stored are no keys; and what the keyring throws
   */
  async get(profile: string): Promise<Credentials | undefined> {
    const item = classifyKey(profile) === 'credentials' ? await this.#keyring.get(profile) : undefined
    if (item === undefined) {
      return undefined
    }
    const keys = decodeIamKeys(item)
    this.#announce(keys)
    return keys
  }

  /**
   * Stores a profile's keys, in place of those that are there.
   * @throws VaultError ERR_VAULT_PROFILE_NAME when the name has the form of a session's; and what the keyring throws
   */
  async set(profile: string, keys: Credentials): Promise<void> {
    assertStorable(profile)
    this.#announce(keys)
    await this.#keyring.set(encodeIamKeys(profile, keys))
  }

  /**
   * Stores new keys of the same user, in place of those that are there. What other programs keep in the item (the
   * account's number, for one) stays.
   * @throws VaultError ERR_VAULT_PROFILE_NAME when the name has the form of a session's; and what the keyring throws
   */
  async replace(profile: string, keys: Credentials): Promise<void> {
    assertStorable(profile)
    this.#announce(keys)
    await this.#keyring.set(encodeIamKeys(profile, keys, await this.#keyring.get(profile)))
  }

  /** Removes a profile's keys. `false`: there were none. */
  async remove(profile: string): Promise<boolean> {
    return classifyKey(profile) === 'credentials' && this.#keyring.remove(profile)
  }

  /** The profiles that have keys here, by name. Nothing is decrypted. */
  async list(): Promise<string[]> {
    const keys = await this.#keyring.keys()
    this.#unfinished = new Set(keys.map(decodeRotationKey).flatMap(it => (it?.kind === 'rotate' ? [it.profile] : [])))
    return keys.filter(key => classifyKey(key) === 'credentials').sort()
  }

  /**
   * Whether a profile's keys were being rotated when {@link CredentialStore.list} looked: by itself, or by another one
   * that had the same key. Only for the latter, and only while there is an unfinished rotation, journals are decrypted.
   */
  async isBeingRotated(profile: string): Promise<boolean> {
    if (this.#unfinished.has(profile)) return true
    for (const name of this.#unfinished) if ((await this.#rotatedWith(name)).includes(profile)) return true
    return false
  }

  /** Those that share a rotation with a profile, as its journal says: see src/rotation/journal.ts. */
  async #rotatedWith(profile: string): Promise<readonly unknown[]> {
    try {
      const item = await this.#keyring.get(encodeRotationKey('rotate', profile))
      const { profiles } = JSON.parse(Buffer.from(item?.data ?? '{}').toString()) ?? {}
      return Array.isArray(profiles) ? profiles : []
    } catch (error) {
      // Nobody needs to know who does not rotate.
      if (error instanceof SyntaxError || isVaultError(error, 'ERR_KEYRING_ITEM')) return []
      throw error
    }
  }

  #announce(keys: Credentials): void {
    this.#onSecret(keys.secretAccessKey)
    this.#onSecret(keys.sessionToken)
  }
}

function assertStorable(profile: string): void {
  if (classifyKey(profile) !== 'credentials') {
    throw new VaultError(
      'ERR_VAULT_PROFILE_NAME',
      `no keys can be stored for a profile called "${profile}": it reads like the name of a session`,
      { hint: 'give the profile another name', facts: { profile } },
    )
  }
}
