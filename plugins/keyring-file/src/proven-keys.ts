import { type Derivation, isSameDerivation, unwrapContentKey } from './jwe.ts'
import type { Fit } from './passphrase.ts'
import { isUnchanged, type SealedFile, type VaultDirectory } from './vault-directory.ts'
import type { WrappingKeys } from './wrapping-keys.ts'

/** When so many PBKDF2 rounds (seconds) were done for items and none was opened, trying more is no use. */
const ROUNDS_TO_TRY = 10_000_000

/** A file that the passphrase is known to open, as it was then. */
type Witness = Pick<SealedFile, 'path' | 'stats'>

/** Whether a passphrase is that of a vault, told by the items in it: nothing is written under a second one. */
export class ProvenKeys {
  readonly #directory: VaultDirectory
  #witness: Witness | undefined

  constructor(directory: VaultDirectory) {
    this.#directory = directory
  }

  /** Notes a file that the passphrase has opened or sealed. */
  opened({ path, stats }: Witness): void {
    this.#witness = { path, stats }
  }

  forget(): void {
    this.#witness = undefined
  }

  /** What a passphrase does to the items, but for the one at `except`. */
  async fit(keys: WrappingKeys, except?: string): Promise<Fit> {
    let rounds = 0
    let refused = false
    // Cheapest first: one that somebody made to take long is no reason to give up.
    const files = [...this.#directory.sealed()].sort((one, other) => one.jwe.rounds - other.jwe.rounds)
    for (const file of files) {
      if (file.path === except) continue
      if (!keys.has(file.jwe)) rounds += file.jwe.rounds
      // Opening the key inside is enough: it carries a check value.
      if ((await unwrapContentKey(file.jwe.encryptedKey, await keys.get(file.jwe))) !== undefined) {
        this.opened(file)
        return 'opens'
      }
      refused = true
      if (rounds >= ROUNDS_TO_TRY) break
    }
    // Items that may not even be read may have any passphrase.
    return !refused && !this.#directory.hasUnreadable() ? 'new' : 'refused'
  }

  /** Whether a passphrase may seal items here. */
  async mayBeUsed(keys: WrappingKeys): Promise<boolean> {
    if (this.#witness !== undefined && isUnchanged(this.#witness)) return true
    return (await this.fit(keys)) !== 'refused'
  }

  /** Whether there is an item that is sealed by a key so derived. */
  holds(derivation: Derivation): boolean {
    for (const { jwe } of this.#directory.sealed()) if (isSameDerivation(jwe, derivation)) return true
    return false
  }
}
