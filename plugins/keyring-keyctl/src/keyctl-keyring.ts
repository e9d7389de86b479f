import type { Item, Keyring, PartContext } from '@aws-vault/plugin-sdk'
import { checkSize, explain, isAbsent } from './failure.ts'
import { canHold, checkName, namesIn } from './key-name.ts'
import { runScript } from './keyctl-program.ts'

/** The `user` keys in a named keyring below the user's keyring, as items. A key holds an item's data and nothing else. */
export class KeyctlKeyring implements Keyring {
  readonly #name: string
  readonly #context: PartContext

  constructor(name: string, context: PartContext) {
    this.#name = name
    this.#context = context
  }

  async get(key: string): Promise<Item | undefined> {
    if (!canHold(key)) return undefined
    const end = await runScript(this.#context, 'get', [this.#name, key])
    if (end.code === 0) return { key, data: new Uint8Array(end.stdout), label: '', description: '', attributes: {} }
    if (isAbsent(end)) return undefined
    throw explain(`read the item "${key}"`, end)
  }

  checkKey(key: string): void {
    checkName(key)
  }

  async set({ key, data }: Item): Promise<void> {
    checkName(key)
    checkSize(key, data.length)
    await this.#locked(async () => {
      const end = await runScript(this.#context, 'set', [this.#name, key, String(data.length)], data)
      if (end.code !== 0) throw explain(`write the item "${key}"`, end)
    })
  }

  async remove(key: string): Promise<boolean> {
    if (!canHold(key)) return false
    const end = await runScript(this.#context, 'remove', [this.#name, key])
    if (end.code === 0) return true
    if (isAbsent(end)) return false
    throw explain(`remove the item "${key}"`, end)
  }

  async keys(): Promise<string[]> {
    const end = await runScript(this.#context, 'keys', [this.#name])
    if (end.code === 0) return namesIn(end.stdout.toString())
    if (isAbsent(end)) return []
    throw explain('list the items', end)
  }

  async close(): Promise<void> {}

  /**
   * One writer at a time: two that make the named keyring at once would each have one, and one of them would be lost.
   * Without a lock where locks do not work, since that is no reason to store nothing.
   */
  async #locked(task: () => Promise<void>): Promise<void> {
    let begun = false
    const run = (): Promise<void> => {
      begun = true
      return task()
    }
    try {
      await this.#context.withLock(`keyring-keyctl:${this.#name}`, run)
    } catch (error) {
      if (begun || this.#context.signal.aborted) throw error
      const reason = error instanceof Error ? error.message : String(error)
      this.#context.logger.warn(`writing to the kernel keyring without a lock, which could not be had: ${reason}`)
      await run()
    }
  }
}
