import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs'
import { join } from 'node:path'
import { KeyringItemError, type PartContext } from '@aws-vault/plugin-sdk'
import { fileNameOf, storageError, systemCode } from '@aws-vault/plugin-sdk/files'
import { type ItemFile, itemFiles, placeOf } from './item-files.ts'
import { type Jwe, parseJwe } from './jwe.ts'

/** A file, and what the operating system said of it when it was read. */
export interface FileContent {
  readonly text: string
  readonly stats: Stats
}

/** A file whose form is that of a sealed item. */
export interface SealedFile {
  readonly key: string
  readonly path: string
  readonly stats: Stats
  readonly jwe: Jwe
}

/** The directory of a vault and the files in it. Knows nothing of keys. */
export class VaultDirectory {
  readonly path: string
  /** The directory as people write it. */
  readonly place: string
  readonly #context: PartContext
  readonly #noted = new Set<string>()

  constructor(path: string, context: PartContext) {
    this.path = path
    this.place = abbreviate(path, context.homeDirectory)
    this.#context = context
  }

  pathOf(key: string): string {
    return join(this.path, fileNameOf(key, { keyring: 'file', platform: this.#context.platform }))
  }

  /**
   * The item's file, `undefined` if there is none.
   * @throws KeyringItemError when it is no sealed item
   * @throws KeyringStorageError when it cannot be read
   */
  item(key: string): SealedFile | undefined {
    const path = this.pathOf(key)
    const file = this.#read(`read the item "${key}"`, path)
    if (file === undefined) return undefined
    const jwe = parseJwe(file.text)
    if (typeof jwe === 'string') throw notAnItem(path, jwe)
    return { key, path, stats: file.stats, jwe }
  }

  /** The files that are items by their names. */
  files(): ItemFile[] {
    return itemFiles(this.path, this.#context.platform)
  }

  /** The files whose form is that of a sealed item, always in the same order. */
  *sealed(): Generator<SealedFile> {
    for (const { key, name } of this.files().sort((one, other) => (one.name < other.name ? -1 : 1))) {
      const path = join(this.path, name)
      const file = this.#readIfPossible(path)
      const jwe = file && parseJwe(file.text)
      if (file !== undefined && typeof jwe === 'object') yield { key, path, stats: file.stats, jwe }
    }
  }

  /** Whether there is a file that may not be read. */
  hasUnreadable(): boolean {
    return this.files().some(({ name }) => this.#readIfPossible(join(this.path, name)) === undefined)
  }

  /** Makes the directory if it is not there. Returns its real path, the same for all who share it. */
  make(): string {
    const made = mkdirSync(this.path, { recursive: true, mode: 0o700 })
    if (made === undefined) this.#noteMode(this.path, statSync(this.path))
    else this.#context.logger.debug('made the directory of the file keyring', { directory: this.path })
    return realpathSync(this.path)
  }

  /** Does something with files; errors of the operating system become those that users understand. */
  attempt<T>(what: string, action: () => T): T {
    try {
      return action()
    } catch (error) {
      throw storageError(what, placeOf(this.path), error)
    }
  }

  #read(what: string, path: string): FileContent | undefined {
    return this.attempt(what, () => {
      let descriptor: number | undefined
      try {
        descriptor = openSync(path, 'r')
        const stats = fstatSync(descriptor)
        if (!stats.isFile()) return undefined
        this.#noteMode(path, stats)
        return { text: readFileSync(descriptor, 'latin1'), stats }
      } catch (error) {
        if (systemCode(error) === 'ENOENT') return undefined
        throw error
      } finally {
        if (descriptor !== undefined) closeSync(descriptor)
      }
    })
  }

  #readIfPossible(path: string): FileContent | undefined {
    try {
      return this.#read('read an item', path)
    } catch {
      // One unreadable file is no reason to refuse the others.
      return undefined
    }
  }

  #noteMode(path: string, { mode }: Stats): void {
    if (this.#context.platform !== 'win32' && (mode & 0o077) !== 0 && !this.#noted.has(path)) {
      this.#noted.add(path)
      const octal = (mode & 0o777).toString(8).padStart(4, '0')
      this.#context.logger.debug('other users of this machine may use a file of the keyring', { path, mode: octal })
    }
  }
}

/** Whether a file is still the one that was seen. */
export function isUnchanged({ path, stats }: Pick<SealedFile, 'path' | 'stats'>): boolean {
  try {
    const now = statSync(path)
    return now.ino === stats.ino && now.mtimeMs === stats.mtimeMs && now.size === stats.size
  } catch {
    return false
  }
}

/** The error for a file that holds no item. */
export function notAnItem(path: string, problem: string): KeyringItemError {
  return new KeyringItemError(`the file ${path} holds no item: ${problem}`, {
    hint: `restore it from a backup, or move it away and store its credentials again: mv '${path}' '${path}.damaged'`,
    facts: { keyring: 'file', path },
  })
}

function abbreviate(directory: string, home: string): string {
  return home !== '' && directory.startsWith(join(home, '/')) ? join('~', directory.slice(home.length)) : directory
}
