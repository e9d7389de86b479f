import type { KeyringBackend } from '@aws-vault/plugin-sdk'
import { openDatabase } from './database.ts'
import { Seal } from './seal.ts'
import { SqliteKeyring } from './sqlite-keyring.ts'

/** Contribution `keyrings.sqlite`. */
const backend: KeyringBackend = {
  available: async () => ({ available: true }),
  async open(context) {
    // Opened when it is first needed: `open` makes nothing and asks nobody.
    let seal: Seal | undefined
    const database = openDatabase(String(context.options.file), context.platform)
    return new SqliteKeyring(database, async store => {
      seal ??= new Seal(store, context)
      return seal
    })
  },
}

export default backend
