import type { Keyring } from '@aws-vault/plugin-sdk'
import { decodeRotationKey, encodeRotationKey } from '../vault/session-key.ts'
import type { Journal, RetiredKey } from './journal.ts'
import { decodeJournal, decodeRetiredKey, encodeJournal, encodeRetiredKey } from './journal-item.ts'

/** The rotations in a keyring: those that are not finished, and the old keys that wait to be deleted. */
export class RotationStore {
  readonly #keyring: Keyring
  readonly #onSecret: (secret: string | undefined) => void

  /** @param onSecret is told every secret that comes out of or goes into the keyring, to be blacked out in all output */
  constructor(keyring: Keyring, onSecret: (secret: string | undefined) => void) {
    this.#keyring = keyring
    this.#onSecret = onSecret
  }

  /** The journal of the rotation that a profile's keys are part of. */
  async journalOf(profile: string): Promise<Journal | undefined> {
    const names = (await this.#keyring.keys()).flatMap(key => {
      const found = decodeRotationKey(key)
      return found?.kind === 'rotate' ? [found.profile] : []
    })
    // Its own first: that of another profile counts only where both have one key.
    for (const name of names.sort((a, b) => Number(b === profile) - Number(a === profile))) {
      const item = await this.#keyring.get(encodeRotationKey('rotate', name))
      if (item === undefined) continue
      const journal = decodeJournal(item)
      this.#onSecret(journal.newSecret)
      if (journal.profiles.includes(profile)) return journal
    }
    return undefined
  }

  /** Writes a journal, in place of the one that is there. */
  async write(journal: Journal): Promise<void> {
    this.#onSecret(journal.newSecret)
    await this.#keyring.set(encodeJournal(journal))
  }

  async remove(journal: Journal): Promise<void> {
    await this.#keyring.remove(encodeRotationKey('rotate', journal.profiles[0]))
  }

  /** The old key of a profile that waits to be deleted. */
  async retiredOf(profile: string): Promise<RetiredKey | undefined> {
    const key = encodeRotationKey('rotated', profile)
    if (!(await this.#keyring.keys()).includes(key)) return undefined
    const item = await this.#keyring.get(key)
    return item && decodeRetiredKey(item)
  }

  async retire(key: RetiredKey): Promise<void> {
    await this.#keyring.set(encodeRetiredKey(key))
  }

  async forgetRetired(profile: string): Promise<void> {
    await this.#keyring.remove(encodeRotationKey('rotated', profile))
  }

  /** Removes whatever there is for a profile; says whether there was an unfinished rotation. */
  async forgetAll(profile: string): Promise<boolean> {
    const keys = new Set(await this.#keyring.keys())
    const [unfinished, retired] = (['rotate', 'rotated'] as const).map(kind => encodeRotationKey(kind, profile))
    if (retired !== undefined && keys.has(retired)) await this.#keyring.remove(retired)
    return unfinished !== undefined && keys.has(unfinished) && this.#keyring.remove(unfinished)
  }
}
