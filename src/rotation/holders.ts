import { isVaultError, type Logger } from '@aws-vault/plugin-sdk'
import type { CredentialStore } from '../vault/credential-store.ts'

/** Which profiles of the vault have which key: one user's key may be stored several times. */
export interface Holders {
  /** By name. */
  of(accessKeyId: string): readonly string[]
  /** Whether every item could be read. */
  readonly isComplete: boolean
}

/** Looks at all keys in the vault. What cannot be read is warned of. */
export async function readHolders(credentials: CredentialStore, logger: Logger): Promise<Holders> {
  const holders = new Map<string, string[]>()
  let isComplete = true
  for (const name of await credentials.list()) {
    try {
      const id = (await credentials.get(name))?.accessKeyId
      if (id !== undefined) holders.set(id, [...(holders.get(id) ?? []), name])
    } catch (error) {
      if (!isVaultError(error, 'ERR_VAULT_ITEM') && !isVaultError(error, 'ERR_KEYRING_ITEM')) throw error
      isComplete = false
      logger.warn(`whether profile "${name}" holds the same key cannot be told: ${error.message}`)
    }
  }
  return { of: accessKeyId => holders.get(accessKeyId) ?? [], isComplete }
}
