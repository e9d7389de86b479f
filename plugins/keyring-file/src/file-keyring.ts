import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  type Stats,
  statSync,
  unlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import {
  decodeItem,
  encodeItem,
  type Item,
  type Keyring,
  KeyringItemError,
  KeyringLockedError,
  type PartContext,
} from '@aws-vault/plugin-sdk'
import { syncDirectory, writeAtomically } from './atomic-write.ts'
import { fileNameOf } from './file-name.ts'
import { itemFiles } from './item-files.ts'
import { type Jwe, openJwe, parseJwe, sealJwe } from './jwe.ts'
import { type Fit, Passphrase } from './passphrase.ts'
import { storageError, systemCode } from './storage-error.ts'
import { sweepTemporaryFiles } from './temporary-file.ts'

/** The work factor of the Go tool's files. */
const DEFAULT_ROUNDS = 8192

/** When the items tried so far took so many PBKDF2 rounds (seconds) and none was opened, trying more is no use. */
const ROUNDS_TO_TRY = 10_000_000

/** A file that the passphrase is known to open, as it was then. */
interface Witness {
  readonly path: string
  readonly stats: Stats
}

/** A directory of sealed items that share one passphrase. */
export class FileKeyring implements Keyring {
  readonly #directory: string
  readonly #context: PartContext
  readonly #passphrase: Passphrase
  #witness: Witness | undefined

  constructor(directory: string, context: PartContext) {
    this.#directory = directory
    this.#context = context
    this.#passphrase = new Passphrase(context, {
      directory,
      place: abbreviate(directory, context.homeDirectory),
      isNew: () => this.#sealed().next().done === true,
      fit: passphrase => this.#fit(passphrase),
    })
  }

  async get(key: string): Promise<Item | undefined> {
    const path = this.#pathOf(key)
    const file = this.#read(`read the item "${key}"`, path)
    if (file === undefined) return undefined
    const jwe = parseJwe(file.text)
    if (typeof jwe === 'string') throw notAnItem(path, jwe)

    const passphrase = await this.#passphrase.bytes()
    const opened = await openJwe(jwe, passphrase)
    if (opened.state === 'damaged') throw notAnItem(path, 'it was changed after it was written')
    if (opened.state === 'locked') throw await this.#lockedItem(path, passphrase)
    this.#witness = { path, stats: file.stats }
    return decode(key, path, opened.plaintext)
  }

  async set(item: Item): Promise<void> {
    const path = this.#pathOf(item.key)
    const passphrase = await this.#passphrase.bytes()
    const { workFactor } = this.#context.options
    const content = await sealJwe(encodeItem(item), passphrase, {
      rounds: typeof workFactor === 'number' ? workFactor : DEFAULT_ROUNDS,
      created: this.#context.clock.now(),
    })
    const what = `write the item "${item.key}"`
    const lockName = this.#attempt(what, () => `keyring-file:${this.#makeDirectory()}`)
    // One lock from the look at what is there to the rename: else two who begin a vault at once could both be first, each
    // with a passphrase of its own.
    await this.#locked(lockName, async () => {
      if (!(await this.#isKnownToFit(passphrase))) throw this.#wrongPassphrase()
      const stats = this.#attempt(what, () => {
        sweepTemporaryFiles(this.#directory, this.#context.clock.now())
        return writeAtomically(path, content)
      })
      this.#witness = { path, stats }
    })
  }

  async remove(key: string): Promise<boolean> {
    const path = this.#pathOf(key)
    return this.#attempt(`remove the item "${key}"`, () => {
      try {
        // A directory is no item; macOS would answer "not permitted".
        if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return false
        unlinkSync(path)
      } catch (error) {
        if (systemCode(error) === 'ENOENT') return false
        throw error
      }
      syncDirectory(this.#directory)
      return true
    })
  }

  async keys(): Promise<string[]> {
    return itemFiles(this.#directory, this.#context.platform).map(({ key }) => key)
  }

  async close(): Promise<void> {
    this.#passphrase.forget()
    this.#witness = undefined
  }

  #pathOf(key: string): string {
    return join(this.#directory, fileNameOf(key, this.#context.platform))
  }

  #read(what: string, path: string): { text: string; stats: Stats } | undefined {
    return this.#attempt(what, () => {
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

  /** Makes the directory if it is not there. Returns its real path, the same for all who share it. */
  #makeDirectory(): string {
    const made = mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
    if (made === undefined) this.#noteMode(this.#directory, statSync(this.#directory))
    else this.#context.logger.debug('made the directory of the file keyring', { directory: this.#directory })
    return realpathSync(this.#directory)
  }

  #noteMode(path: string, { mode }: Stats): void {
    if (this.#context.platform !== 'win32' && (mode & 0o077) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0')
      this.#context.logger.debug('other users of this machine may use a file of the keyring', { path, mode: octal })
    }
  }

  /** The files whose form is that of a sealed item, always in the same order. */
  *#sealed(): Generator<{ path: string; stats: Stats; jwe: Jwe }> {
    const files = itemFiles(this.#directory, this.#context.platform)
    for (const { name } of files.sort((one, other) => (one.name < other.name ? -1 : 1))) {
      const path = join(this.#directory, name)
      const file = this.#readIfPossible(path)
      const jwe = file && parseJwe(file.text)
      if (file !== undefined && typeof jwe === 'object') yield { path, stats: file.stats, jwe }
    }
  }

  #hasUnreadable(): boolean {
    const files = itemFiles(this.#directory, this.#context.platform)
    return files.some(({ name }) => this.#readIfPossible(join(this.#directory, name)) === undefined)
  }

  #readIfPossible(path: string): { text: string; stats: Stats } | undefined {
    try {
      return this.#read('read an item', path)
    } catch {
      // One unreadable file is no reason to refuse the others.
      return undefined
    }
  }

  async #fit(passphrase: Uint8Array, except?: string): Promise<Fit> {
    let rounds = 0
    for (const { path, stats, jwe } of this.#sealed()) {
      if (path === except) continue
      const { state } = await openJwe(jwe, passphrase)
      // A damaged item has told, too: the key inside, which carries a check value, was opened.
      if (state === 'open' || state === 'damaged') {
        this.#witness = { path, stats }
        return 'opens'
      }
      if (state === 'locked') rounds += jwe.rounds
      if (rounds >= ROUNDS_TO_TRY) break
    }
    // Items that may not even be read may have any passphrase.
    return rounds === 0 && !this.#hasUnreadable() ? 'new' : 'refused'
  }

  async #isKnownToFit(passphrase: Uint8Array): Promise<boolean> {
    if (this.#witness !== undefined && isUnchanged(this.#witness)) return true
    return (await this.#fit(passphrase)) !== 'refused'
  }

  async #lockedItem(path: string, passphrase: Uint8Array): Promise<Error> {
    if ((await this.#fit(passphrase, path)) === 'opens') {
      return notAnItem(path, 'it is damaged or was written with another passphrase than the rest of the vault')
    }
    return this.#wrongPassphrase()
  }

  #wrongPassphrase(): KeyringLockedError {
    const { given } = this.#passphrase
    // So that a person is asked again.
    this.#passphrase.forget()
    const place = abbreviate(this.#directory, this.#context.homeDirectory)
    return new KeyringLockedError(`wrong passphrase for the vault in ${place}`, {
      hint: given
        ? 'set AWS_VAULT_FILE_PASSPHRASE to the passphrase that the vault was made with, or unset it to be asked; ' +
          'for a vault with another passphrase, use another directory: --file-dir DIRECTORY'
        : 'try again; for a vault with another passphrase, use another directory: --file-dir DIRECTORY',
      facts: { keyring: 'file', directory: this.#directory },
    })
  }

  /** Runs `task` under the lock; without one where locks do not work, since that is no reason to lose an item. */
  async #locked(name: string, task: () => Promise<void>): Promise<void> {
    let begun = false
    try {
      await this.#context.withLock(name, () => {
        begun = true
        return task()
      })
    } catch (error) {
      if (begun || this.#context.signal.aborted) throw error
      const reason = error instanceof Error ? error.message : String(error)
      this.#context.logger.warn(`writing to ${this.#directory} without a lock, which could not be had: ${reason}`)
      await task()
    }
  }

  #attempt<T>(what: string, action: () => T): T {
    try {
      return action()
    } catch (error) {
      throw storageError(what, this.#directory, error)
    }
  }
}

function isUnchanged({ path, stats }: Witness): boolean {
  try {
    const now = statSync(path)
    return now.ino === stats.ino && now.mtimeMs === stats.mtimeMs && now.size === stats.size
  } catch {
    return false
  }
}

function decode(key: string, path: string, plaintext: Uint8Array): Item {
  try {
    return decodeItem(key, plaintext)
  } catch (error) {
    throw notAnItem(path, error instanceof Error ? error.message : String(error))
  }
}

function notAnItem(path: string, problem: string): KeyringItemError {
  return new KeyringItemError(`the file ${path} holds no item: ${problem}`, {
    hint: `restore it from a backup, or move it away and store its credentials again: mv '${path}' '${path}.damaged'`,
    facts: { keyring: 'file', path },
  })
}

function abbreviate(directory: string, home: string): string {
  return home !== '' && directory.startsWith(join(home, '/')) ? join('~', directory.slice(home.length)) : directory
}
