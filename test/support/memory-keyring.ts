import type { Item, Keyring } from '@aws-vault/plugin-sdk'
import { decodeItem, encodeItem } from '@aws-vault/plugin-sdk'

/** A keyring in memory that counts what is done with it and fails where it is told to. */
export class MemoryKeyring implements Keyring {
  /** Each operation that was begun, e.g. `get dev`. */
  readonly operations: string[] = []
  /** Throws, in place of the operation, what it returns. */
  fault: (operation: string) => Error | undefined = () => undefined
  readonly #items = new Map<string, Uint8Array>()

  async get(key: string): Promise<Item | undefined> {
    this.#begin(`get ${key}`)
    const bytes = this.#items.get(key)
    return bytes && decodeItem(key, bytes)
  }

  async set(item: Item): Promise<void> {
    this.#begin(`set ${item.key}`)
    this.#items.set(item.key, encodeItem(item))
  }

  async remove(key: string): Promise<boolean> {
    this.#begin(`remove ${key}`)
    return this.#items.delete(key)
  }

  async keys(): Promise<string[]> {
    this.#begin('keys')
    return this.names()
  }

  async close(): Promise<void> {}

  /** The keys, without counting. */
  names(): string[] {
    return [...this.#items.keys()]
  }

  /** What is stored under `key`, as text. */
  text(key: string): string {
    return Buffer.from(this.#items.get(key) ?? '').toString()
  }

  /** Puts bytes there as another program would. */
  plant(key: string, text: string): void {
    this.#items.set(key, Buffer.from(text))
  }

  #begin(operation: string): void {
    this.operations.push(operation)
    const error = this.fault(operation)
    if (error !== undefined) throw error
  }
}

/** The item JSON of another program, around its payload. */
export function itemJson(key: string, payload: unknown, more: Readonly<Record<string, unknown>> = {}): string {
  const data = typeof payload === 'string' ? payload : JSON.stringify(payload)
  return JSON.stringify({ Key: key, Data: Buffer.from(data).toString('base64'), ...more })
}
