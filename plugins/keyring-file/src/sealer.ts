import type { Wrapped } from './agent/client.ts'
import { type Derivation, newDerivation, unwrapContentKey, wrapContentKey } from './jwe.ts'
import type { ProvenKeys } from './proven-keys.ts'
import type { VaultDirectory } from './vault-directory.ts'
import type { WrappingKeys } from './wrapping-keys.ts'

/** What new items are sealed by: a key that the passphrase gives. */
export interface Sealer {
  readonly derivation: Derivation
  /** Wraps an item's own key. */
  wrap(contentKey: Uint8Array): Promise<Wrapped>
  /** Whether it is the vault's: asked under the lock, just before an item is written. */
  fits(): Promise<boolean>
  readonly keys: WrappingKeys
}

/** A sealer by the passphrase. All items of a vault get one derivation if they can, so that one key opens them all. */
export async function sealerOf(
  keys: WrappingKeys,
  rounds: number,
  directory: VaultDirectory,
  proven: ProvenKeys,
): Promise<Sealer> {
  const derivation = (await sharedDerivation(keys, rounds, directory)) ?? newDerivation(rounds)
  return {
    keys,
    derivation,
    fits: () => proven.mayBeUsed(keys),
    wrap: async contentKey => ({
      derivation,
      encryptedKey: await wrapContentKey(contentKey, await keys.get(derivation)),
    }),
  }
}

/** The derivation of the first item that has the wished-for rounds and opens. */
async function sharedDerivation(
  keys: WrappingKeys,
  rounds: number,
  directory: VaultDirectory,
): Promise<Derivation | undefined> {
  for (const { jwe } of directory.sealed()) {
    if (jwe.rounds !== rounds || jwe.algorithm !== newDerivation(rounds).algorithm) continue
    // The first one decides: that of another passphrase is none of ours, and to try each would take for ever.
    const contentKey = await unwrapContentKey(jwe.encryptedKey, await keys.get(jwe))
    return contentKey === undefined ? undefined : jwe
  }
  return undefined
}
