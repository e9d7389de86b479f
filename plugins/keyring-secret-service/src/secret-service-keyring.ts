import { decodeItem, encodeItem, type Item, type Keyring, type PartContext, VaultError } from '@aws-vault/plugin-sdk'
import { connectStore, type SecretStore, unexpected } from './store.ts'

/** How often we look again for an item that another process replaces or removes while we read it. */
const TRIES = 3

/** A collection of the Secret Service, connected to when it is first used. */
export class SecretServiceKeyring implements Keyring {
  readonly #name: string
  readonly #context: PartContext
  readonly #patience: number | undefined
  #store: Promise<SecretStore> | undefined

  /**
   * @param name the collection's
   * @param patience how long the service may take, in milliseconds, for what needs no person; 10 seconds if absent
   */
  constructor(name: string, context: PartContext, patience?: number) {
    this.#name = name
    this.#context = context
    this.#patience = patience
  }

  get(key: string): Promise<Item | undefined> {
    return this.#inCollection(key, undefined, async (store, collection) => {
      for (let attempt = 1; attempt <= TRIES; attempt++) {
        const [newest] = await store.search(collection, key)
        if (newest === undefined) return undefined
        const bytes = await store.read(newest)
        if (bytes !== undefined) return decodeItem(key, bytes)
      }
      return undefined
    })
  }

  async set(item: Item): Promise<void> {
    const { key } = item
    assertStorable(key)
    const value = encodeItem(item)
    await this.#with(async store => {
      const collection = (await store.findCollection()) ?? (await store.createCollection())
      await store.unlocked(collection, async () => {
        const path = await store.write(collection, key, value)
        await store.removeOthers(collection, key, path)
      })
    })
  }

  remove(key: string): Promise<boolean> {
    return this.#inCollection(key, false, async (store, collection) => {
      let removed = false
      for (const path of await store.search(collection, key)) removed = (await store.remove(path)) || removed
      return removed
    })
  }

  async keys(): Promise<string[]> {
    return this.#with(async store => {
      const collection = await store.findCollection()
      return collection === undefined ? [] : store.keys(collection)
    })
  }

  async close(): Promise<void> {
    const store = this.#store
    this.#store = undefined
    // One that could not be reached needs no closing.
    const reached = await store?.catch(() => undefined)
    reached?.close()
  }

  /** Runs a task in the unlocked collection; where there is none, nothing is in it. */
  async #inCollection<T>(
    key: string,
    nothing: T,
    task: (store: SecretStore, collection: string) => Promise<T>,
  ): Promise<T> {
    // Such a key was never stored, and cannot be asked for.
    if (!isStorable(key)) return nothing
    return this.#with(async store => {
      const collection = await store.findCollection()
      return collection === undefined ? nothing : store.unlocked(collection, () => task(store, collection))
    })
  }

  async #with<T>(task: (store: SecretStore) => Promise<T>): Promise<T> {
    this.#store ??= connectStore(this.#name, this.#context, this.#patience)
    const connecting = this.#store
    let store: SecretStore | undefined
    try {
      store = await connecting
      return await task(store)
    } catch (error) {
      // Whoever calls again shall find a service that runs by then.
      if ((store === undefined || store.isGone) && this.#store === connecting) await this.close()
      throw unexpected(error)
    }
  }
}

/** D-Bus carries no NUL and no half of a surrogate pair. */
const isStorable = (key: string): boolean => !key.includes('\0') && key.isWellFormed()

function assertStorable(key: string): void {
  if (isStorable(key)) return
  throw new VaultError(
    'ERR_KEYRING_KEY',
    'the Secret Service cannot hold an item with such a name: it is not plain text',
    {
      hint: 'take a name of letters, digits and dashes',
      facts: { keyring: 'secret-service' },
    },
  )
}
