import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { KeyringStorageError } from '@aws-vault/plugin-sdk'

/** An SQLite file that is opened when it is first used. */
export interface Database {
  /** Runs `action`; `undefined` where there is no file yet and none shall be made. */
  use<T>(what: string, mode: 'read' | 'write', action: (database: DatabaseSync) => T): Promise<T | undefined>
  close(): void
}

/** Milliseconds to wait for another process that writes. */
const PATIENCE = 10_000

/** `sealed` is a JWE, `check` one of a known text: with it, a wrong passphrase is told from a damaged item. */
const tables = `
  PRAGMA journal_mode = DELETE;
  PRAGMA synchronous = EXTRA;
  CREATE TABLE IF NOT EXISTS seal (id INTEGER PRIMARY KEY CHECK (id = 1), salt BLOB NOT NULL, "check" TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS items (key TEXT PRIMARY KEY, sealed TEXT NOT NULL) STRICT`

export function openDatabase(file: string, platform: NodeJS.Platform): Database {
  let open: DatabaseSync | undefined

  async function opened(): Promise<DatabaseSync> {
    if (open !== undefined) return open
    const { DatabaseSync } = await import('node:sqlite')
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    // For this user alone from the first byte on; SQLite gives its journal the same mode.
    if (platform !== 'win32') closeSync(openSync(file, 'a', 0o600))
    const database = new DatabaseSync(file, { timeout: PATIENCE })
    try {
      database.exec(tables)
    } catch (error) {
      database.close()
      throw error
    }
    open = database
    return database
  }

  return {
    async use(what, mode, action) {
      try {
        if (mode === 'read' && open === undefined && !existsSync(file)) return undefined
        return action(await opened())
      } catch (cause) {
        if (!isStorage(cause)) throw cause
        throw new KeyringStorageError(`cannot ${what} in ${file}: ${cause.message}`, {
          hint: `look whether it is yours and has room: ls -l '${file}'`,
          facts: { file },
          cause,
        })
      }
    },
    close() {
      open?.close()
      open = undefined
    },
  }
}

/** Errors of SQLite and of the operating system; ours pass as they are. */
const isStorage = (error: unknown): error is Error =>
  error instanceof Error && (('code' in error && error.code === 'ERR_SQLITE_ERROR') || 'syscall' in error)
