import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeItem, encodeItem, type Item, type Keyring } from '@aws-vault/plugin-sdk'

/** A keyring of plain files, which several processes can share. */
export class DirectoryKeyring implements Keyring {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
    mkdirSync(directory, { recursive: true })
  }

  async get(key: string): Promise<Item | undefined> {
    try {
      return decodeItem(key, readFileSync(this.#file(key)))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  async set(item: Item): Promise<void> {
    const temporary = join(this.#directory, `.${process.pid}`)
    writeFileSync(temporary, encodeItem(item))
    renameSync(temporary, this.#file(item.key))
  }

  async remove(key: string): Promise<boolean> {
    const isThere = (await this.keys()).includes(key)
    rmSync(this.#file(key), { force: true })
    return isThere
  }

  async keys(): Promise<string[]> {
    const files = readdirSync(this.#directory).filter(name => !name.startsWith('.'))
    return files.map(decodeURIComponent)
  }

  async close(): Promise<void> {}

  #file(key: string): string {
    return join(this.#directory, encodeURIComponent(key))
  }
}
