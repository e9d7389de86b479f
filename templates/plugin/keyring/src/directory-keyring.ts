import { mkdirSync, readdirSync, readFileSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { decodeItem, encodeItem, type Item, type Keyring, type PartContext } from '@aws-vault/plugin-sdk'
import {
  type FileNaming,
  fileNameOf,
  isTemporary,
  keyOf,
  storageError,
  sweepTemporaryFiles,
  syncDirectory,
  systemCode,
  writeAtomically,
} from '@aws-vault/plugin-sdk/files'
import { seal, unseal } from './seal.ts'

/** A directory with a file for each item. */
export class DirectoryKeyring implements Keyring {
  readonly #directory: string
  readonly #context: PartContext
  readonly #naming: FileNaming

  constructor(directory: string, context: PartContext) {
    this.#directory = directory
    this.#context = context
    this.#naming = { keyring: '{{name}}', platform: context.platform }
  }

  async get(key: string): Promise<Item | undefined> {
    const bytes = this.#attempt(`read the item "${key}"`, undefined, () => readFileSync(this.#fileOf(key)))
    return bytes && decodeItem(key, unseal(bytes))
  }

  async set(item: Item): Promise<void> {
    const file = this.#fileOf(item.key)
    this.#attempt(`write the item "${item.key}"`, undefined, () => {
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
      sweepTemporaryFiles(this.#directory, this.#context.clock.now())
      writeAtomically(file, seal(encodeItem(item)))
    })
  }

  checkKey(key: string): void {
    this.#fileOf(key)
  }

  async remove(key: string): Promise<boolean> {
    return this.#attempt(`remove the item "${key}"`, false, () => {
      unlinkSync(this.#fileOf(key))
      syncDirectory(this.#directory)
      return true
    })
  }

  async keys(): Promise<string[]> {
    const files = this.#attempt('list the items', [], () => readdirSync(this.#directory))
    return files.flatMap(file => (isTemporary(file) ? [] : (keyOf(file, this.#naming) ?? [])))
  }

  async close(): Promise<void> {}

  #fileOf(key: string): string {
    return join(this.#directory, fileNameOf(key, this.#naming))
  }

  /** Does it; `absent` where there is no such file. The system's errors become those that users understand. */
  #attempt<T>(what: string, absent: T, action: () => T): T {
    try {
      return action()
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return absent
      const place = { keyring: '{{name}}', directory: this.#directory, flag: '--{{name}}-dir' }
      throw storageError(what, place, error)
    }
  }
}
