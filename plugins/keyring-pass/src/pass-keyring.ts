import { randomBytes } from 'node:crypto'
import { rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  decodeItem,
  encodeItem,
  type Item,
  type Keyring,
  KeyringItemError,
  type PartContext,
  realPath,
} from '@aws-vault/plugin-sdk'
import { storageError, sweepTemporaryFiles } from '@aws-vault/plugin-sdk/files'
import type { ProgramEnd } from '@aws-vault/plugin-sdk/program'
import { entriesIn, isFile } from './entries.ts'
import { entryOf, isTemporaryFile, keyOf, temporaryName } from './entry-name.ts'
import { explain, fileOf } from './failure.ts'
import { commit } from './git-commit.ts'
import { PassProgram } from './pass-program.ts'
import type { PasswordStore } from './password-store.ts'
import { putInPlace } from './store-files.ts'
import { whyLocked } from './why-locked.ts'

/** The entries of a password store, or of one of its folders, as items. */
export class PassKeyring implements Keyring {
  readonly #store: PasswordStore
  readonly #context: PartContext
  readonly #pass: PassProgram

  constructor(store: PasswordStore, context: PartContext) {
    this.#store = store
    this.#context = context
    this.#pass = new PassProgram(store, context)
  }

  async get(key: string): Promise<Item | undefined> {
    const entry = entryOf(key)
    const file = fileOf(this.#store, entry)
    const what = `read the item "${key}"`
    const isThere = (): boolean => this.#attempt(what, () => isFile(file))
    if (!isThere()) return undefined
    const end = await this.#pass.run(['show'], this.#nameOf(entry))
    if (end.code === 0) return this.#decode(key, file, end.stdout)
    // Another process may have removed it since we looked.
    if (!isThere()) return undefined
    const [environment, { signal }] = [await this.#pass.environment(), this.#context]
    const reason = end.timedOut
      ? undefined
      : await whyLocked(end.stderr, file, { environment, signal }).catch(() => undefined)
    signal.throwIfAborted()
    throw await this.#explain(what, end, file, reason)
  }

  /**
   * `pass insert` writes over the old entry while gpg encrypts, and encrypts whatever part of the item it has got when we
   * are killed. So it writes an entry of another name, which then takes the place of the old one at once.
   */
  async set(item: Item): Promise<void> {
    const entry = entryOf(item.key)
    const file = fileOf(this.#store, entry)
    const what = `write the item "${item.key}"`
    const folder = dirname(entry)
    const temporary = join(folder, temporaryName(randomBytes(8).toString('hex')))
    const temporaryFile = fileOf(this.#store, temporary)
    await this.#locked(async () => {
      try {
        const end = await this.#pass.run(['insert', '-m', '-f'], this.#nameOf(temporary), encodeItem(item))
        if (end.code !== 0 || !this.#hasContent(temporaryFile)) throw await this.#explain(what, end, file)
        const swept = this.#attempt(what, () => {
          const abandoned = sweepTemporaryFiles(dirname(file), this.#context.clock.now(), isTemporaryFile)
          putInPlace(temporaryFile, file, this.#store.root)
          return abandoned
        })
        await this.#commit([temporaryFile, file, ...swept], entry)
      } catch (error) {
        rmSync(temporaryFile, { force: true })
        throw error
      }
    })
  }

  async remove(key: string): Promise<boolean> {
    const entry = entryOf(key)
    const file = fileOf(this.#store, entry)
    const what = `remove the item "${key}"`
    const isThere = (): boolean => this.#attempt(what, () => isFile(file))
    return this.#locked(async () => {
      if (!isThere()) return false
      const end = await this.#pass.run(['rm', '-f'], this.#nameOf(entry))
      // Its exit code is 0 also when the file could not be removed.
      if (isThere()) throw await this.#explain(what, end, file)
      return true
    })
  }

  async keys(): Promise<string[]> {
    const directory = join(this.#store.root, this.#store.prefix)
    const entries = this.#attempt('list the items', () => entriesIn(directory))
    return entries.map(keyOf).filter(key => key !== undefined)
  }

  async close(): Promise<void> {}

  /** An entry's name for `pass`: with the prefix. */
  #nameOf(entry: string): string {
    return join(this.#store.prefix, entry)
  }

  #decode(key: string, file: string, bytes: Uint8Array): Item {
    try {
      // gpg takes a file that ends in its first lines for one with nothing in it.
      if (bytes.length === 0) throw new Error('it is damaged')
      return decodeItem(key, bytes)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new KeyringItemError(`the entry "${this.#nameOf(entryOf(key))}" of pass holds no item: ${why}`, {
        hint: 'give our items a folder of their own (--pass-prefix aws-vault), or remove the entry',
        facts: { keyring: 'pass', path: file },
      })
    }
  }

  async #explain(what: string, end: ProgramEnd, file: string, reason?: number): Promise<Error> {
    return explain({ what, end, file, reason, store: this.#store, environment: await this.#pass.environment() })
  }

  async #commit(paths: readonly string[], entry: string): Promise<void> {
    const problem = await commit(
      dirname(paths[0] ?? ''),
      paths,
      `Add given password for ${this.#nameOf(entry)} to store.`,
      {
        environment: await this.#pass.environment(),
        signal: this.#context.signal,
      },
    )
    if (problem !== undefined) {
      this.#context.logger.warn(`the item is stored in ${this.#store.root}, but git did not take it: ${problem}`)
    }
  }

  #hasContent(file: string): boolean {
    return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0
  }

  /**
   * One writer at a time: `pass rm` takes empty folders away, also one that another `pass insert` has just made. Without
   * a lock where locks do not work, since that is no reason to lose an item.
   */
  async #locked<T>(task: () => Promise<T>): Promise<T> {
    let begun = false
    const run = (): Promise<T> => {
      begun = true
      return task()
    }
    try {
      return await this.#context.withLock(`keyring-pass:${realPath(this.#store.root)}`, run)
    } catch (error) {
      if (begun || this.#context.signal.aborted) throw error
      const reason = error instanceof Error ? error.message : String(error)
      this.#context.logger.warn(`writing to ${this.#store.root} without a lock, which could not be had: ${reason}`)
      return run()
    }
  }

  #attempt<T>(what: string, action: () => T): T {
    try {
      return action()
    } catch (error) {
      throw storageError(what, { keyring: 'pass', directory: this.#store.root, flag: '--pass-dir' }, error)
    }
  }
}
