import type { PartContext } from '@aws-vault/plugin-sdk'
import { writeAtomically } from '@aws-vault/plugin-sdk/files'
import { decryptContent, isSameDerivation, newContentKey, sealJwe, unwrapContentKey } from './jwe.ts'
import type { Sealer } from './sealer.ts'
import { isUnchanged, type SealedFile, type VaultDirectory } from './vault-directory.ts'

/** So many PBKDF2 rounds (seconds) are done at once for items that each have a salt of their own. */
const ROUNDS_AT_ONCE = 10_000_000

interface Work {
  readonly directory: VaultDirectory
  readonly sealer: Sealer
  /** Which items, of those that are not sealed as the sealer does. */
  isMeant(file: SealedFile): boolean
  readonly context: PartContext
}

/**
 * Seals items anew that the passphrase opens: with the rounds and the salt of the vault. What is in them stays as it is,
 * byte for byte. An item that another passphrase is for, that is damaged, or that somebody writes meanwhile, stays.
 * To be called under the lock of the directory.
 */
export async function sealAnew({ directory, sealer, isMeant, context }: Work): Promise<void> {
  let sealed = 0
  let rounds = 0
  const { derivation, keys } = sealer
  const files = [...directory.sealed()].filter(file => !isSameDerivation(file.jwe, derivation) && isMeant(file))
  for (const file of files.sort((one, other) => one.jwe.rounds - other.jwe.rounds)) {
    if (!keys.has(file.jwe)) rounds += file.jwe.rounds
    if (rounds > ROUNDS_AT_ONCE) break
    const opener = await unwrapContentKey(file.jwe.encryptedKey, await keys.get(file.jwe))
    const plaintext = opener && (await decryptContent(file.jwe, opener))
    if (plaintext === undefined) continue
    const contentKey = newContentKey()
    const wrapped = await sealer.wrap(contentKey)
    const content = await sealJwe(plaintext, contentKey, { ...wrapped, created: context.clock.now() })
    if (!isUnchanged(file)) continue
    writeAtomically(file.path, content)
    sealed += 1
  }
  if (sealed > 0) {
    const what = sealed === 1 ? 'an item' : `${sealed} items`
    context.logger.debug(`sealed ${what} in ${directory.place} anew, with ${derivation.rounds} PBKDF2 rounds`)
  }
}
