import { type Item, isVaultError, type Keyring, type VaultError } from '@aws-vault/plugin-sdk'
import { decodeRotationKey, encodeRotationKey } from '../vault/session-key.ts'
import type { Journal, RetiredKey } from './journal.ts'
import { decodeJournal, decodeRetiredKey, encodeJournal, encodeRetiredKey } from './journal-item.ts'

type Kind = 'rotate' | 'rotated'

/** The rotations in a keyring: those that are not finished, and the old keys that wait to be deleted. */
export class RotationStore {
  readonly #keyring: Keyring
  readonly #onSecret: (secret: string | undefined) => void
  readonly #onUnreadable: (error: VaultError) => void

  /**
   * @param onSecret is told every secret that comes out of or goes into the keyring, to be blacked out in all output
   * @param onUnreadable is told what cannot be read of other profiles' rotations: it stops nobody's but their own
   */
  constructor(
    keyring: Keyring,
    onSecret: (secret: string | undefined) => void,
    onUnreadable: (error: VaultError) => void = () => {},
  ) {
    this.#keyring = keyring
    this.#onSecret = onSecret
    this.#onUnreadable = onUnreadable
  }

  /**
   * The journal of the rotation that a profile's keys are part of, its own or that of another one with the same key.
   * @throws VaultError ERR_VAULT_ITEM when its own cannot be read
   */
  async journalOf(profile: string): Promise<Journal | undefined> {
    return this.#find('rotate', profile, item => {
      const journal = decodeJournal(item)
      this.#onSecret(journal.newSecret)
      return journal
    })
  }

  /** Writes a journal, in place of the one that is there. */
  async write(journal: Journal): Promise<void> {
    this.#onSecret(journal.newSecret)
    await this.#keyring.set(encodeJournal(journal))
  }

  async remove(journal: Journal): Promise<void> {
    await this.#keyring.remove(encodeRotationKey('rotate', journal.profiles[0]))
  }

  /**
   * The old key of a profile that waits to be deleted, also where the one with the same key was rotated.
   * @throws VaultError ERR_VAULT_ITEM when its own item cannot be read
   */
  async retiredOf(profile: string): Promise<RetiredKey | undefined> {
    return this.#find('rotated', profile, decodeRetiredKey)
  }

  async retire(key: RetiredKey): Promise<void> {
    await this.#keyring.set(encodeRetiredKey(key))
  }

  async forgetRetired({ profiles }: RetiredKey): Promise<void> {
    await this.#keyring.remove(encodeRotationKey('rotated', profiles[0]))
  }

  /** Removes what lies under a profile's own name, read or not; says whether there was an unfinished rotation. */
  async forget(profile: string): Promise<boolean> {
    const keys = new Set(await this.#keyring.keys())
    const [unfinished, retired] = (['rotate', 'rotated'] as const).map(kind => encodeRotationKey(kind, profile))
    if (retired !== undefined && keys.has(retired)) await this.#keyring.remove(retired)
    return unfinished !== undefined && keys.has(unfinished) && this.#keyring.remove(unfinished)
  }

  /**
   * A profile has no keys any more: what others have the same key for becomes theirs, the rest is removed.
   * @returns whether there was an unfinished rotation of nobody else
   */
  async leave(profile: string): Promise<boolean> {
    const [journal, retired] = [
      await this.#find('rotate', profile, decodeJournal, true),
      await this.#find('rotated', profile, decodeRetiredKey, true),
    ]
    const heirsOf = (found: { readonly profiles: readonly string[] } | undefined) =>
      (found?.profiles ?? []).filter(name => name !== profile)
    const [heir, ...heirs] = heirsOf(journal)
    if (journal !== undefined && heir !== undefined) await this.write({ ...journal, profiles: [heir, ...heirs] })
    const [next, ...others] = heirsOf(retired)
    if (retired !== undefined && next !== undefined) await this.retire({ ...retired, profiles: [next, ...others] })
    return (await this.forget(profile)) && heir === undefined
  }

  /** @param isLenient whether its own, too, is only told of when it cannot be read */
  async #find<T extends { readonly profiles: readonly string[] }>(
    kind: Kind,
    profile: string,
    decode: (item: Item) => T,
    isLenient = false,
  ): Promise<T | undefined> {
    const names = (await this.#keyring.keys()).flatMap(key => {
      const found = decodeRotationKey(key)
      return found?.kind === kind ? [found.profile] : []
    })
    // Its own first: that of another profile counts only where both have one key.
    for (const name of names.sort((a, b) => Number(b === profile) - Number(a === profile))) {
      try {
        const item = await this.#keyring.get(encodeRotationKey(kind, name))
        const found = item && decode(item)
        if (found?.profiles.includes(profile)) return found
      } catch (error) {
        if (!isVaultError(error, 'ERR_VAULT_ITEM') && !isVaultError(error, 'ERR_KEYRING_ITEM')) throw error
        if (name === profile && !isLenient) throw error
        this.#onUnreadable(error)
      }
    }
    return undefined
  }
}
