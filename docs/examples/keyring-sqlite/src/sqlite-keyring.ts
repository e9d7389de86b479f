import type { DatabaseSync } from 'node:sqlite'
import { decodeItem, encodeItem, type Item, type Keyring } from '@aws-vault/plugin-sdk'
import type { Database } from './database.ts'
import type { Seal, SealRecord, SealStore } from './seal.ts'

/** A table with an item in each row. SQLite makes each change all or nothing, also under power loss. */
export class SqliteKeyring implements Keyring {
  readonly #database: Database
  readonly #seal: () => Promise<Seal>

  constructor(database: Database, seal: (store: SealStore) => Promise<Seal>) {
    this.#database = database
    this.#seal = () => seal(new DatabaseSealStore(database))
  }

  async get(key: string): Promise<Item | undefined> {
    const row = await this.#database.use('read an item', 'read', database =>
      database.prepare('SELECT sealed FROM items WHERE key = ?').get(key),
    )
    if (row === undefined) return undefined
    return decodeItem(key, await (await this.#seal()).unseal(key, String(row.sealed)))
  }

  async set(item: Item): Promise<void> {
    const sealed = await (await this.#seal()).seal(item.key, encodeItem(item))
    await this.#database.use('write an item', 'write', database =>
      database.prepare('INSERT OR REPLACE INTO items VALUES (?, ?)').run(item.key, sealed),
    )
  }

  async remove(key: string): Promise<boolean> {
    const change = await this.#database.use('remove an item', 'read', database =>
      database.prepare('DELETE FROM items WHERE key = ?').run(key),
    )
    return Number(change?.changes ?? 0) > 0
  }

  async keys(): Promise<string[]> {
    const rows = await this.#database.use('list the items', 'read', database =>
      database.prepare('SELECT key FROM items').all(),
    )
    return (rows ?? []).map(row => String(row.key))
  }

  async close(): Promise<void> {
    this.#database.close()
  }
}

class DatabaseSealStore implements SealStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async read(): Promise<SealRecord | undefined> {
    return this.#database.use('read', 'read', recordIn)
  }

  async create({ salt, check }: SealRecord): Promise<SealRecord> {
    const record = await this.#database.use('write', 'write', database => {
      database.prepare('INSERT OR IGNORE INTO seal VALUES (1, ?, ?)').run(salt, check)
      return recordIn(database)
    })
    return record ?? { salt, check }
  }
}

function recordIn(database: DatabaseSync): SealRecord | undefined {
  const row = database.prepare('SELECT salt, "check" FROM seal').get()
  return row && { salt: row.salt as Uint8Array, check: String(row.check) }
}
