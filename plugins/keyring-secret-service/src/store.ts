import { ANOTHER_KEYRING, KeyringLockedError, KeyringStorageError, type PartContext } from '@aws-vault/plugin-sdk'
import { CallError, Daemon, Variant } from '@aws-vault/plugin-sdk/dbus'
import { collectionPath } from './collection-path.ts'
import { followPrompt } from './prompt.ts'
import { COLLECTION, description, ITEM, NO_OBJECT, SERVICE, SERVICE_PATH, saysLocked, saysNoObject } from './service.ts'
import { openSession, type SecretSession, type WireSecret } from './session.ts'

/** How many items are asked after at once; a bus may allow no more than 128 open calls. */
const BATCH = 64

/** The steps of the Secret Service that a keyring is made of, over one connection. */
export class SecretStore {
  readonly #context: PartContext
  readonly #name: string
  readonly #daemon: Daemon
  #session: Promise<SecretSession> | undefined

  /** @param name the collection's */
  constructor(daemon: Daemon, name: string, context: PartContext) {
    this.#daemon = daemon
    this.#name = name
    this.#context = context
  }

  get isGone(): boolean {
    return this.#daemon.isGone
  }

  close(): void {
    this.#daemon.close()
  }

  /** The path of our collection: where the Go tool has it, else the one with that label. */
  async findCollection(): Promise<string | undefined> {
    const usual = collectionPath(this.#name)
    try {
      await this.#daemon.property(usual, COLLECTION, 'Locked')
      return usual
    } catch (error) {
      if (!saysNoObject(error)) throw error
    }
    const paths = (await this.#daemon.property(SERVICE_PATH, SERVICE, 'Collections')) as string[]
    const labels = await Promise.all(paths.map(path => this.#propertyIfThere(path, COLLECTION, 'Label')))
    return paths[labels.indexOf(this.#name)]
  }

  /** Whether our collection is locked: one that is not there yet is not. */
  async isLocked(): Promise<boolean> {
    const collection = await this.findCollection()
    return collection !== undefined && (await this.#isLocked(collection))
  }

  /** Makes the collection. The service asks for its password in a window. */
  createCollection(): Promise<string> {
    // Two processes that begin at once would get two collections.
    return this.#alone('create', async () => {
      const found = await this.findCollection()
      if (found !== undefined) return found
      const label = new Map([[`${COLLECTION}.Label`, new Variant('s', this.#name)]])
      const answer = await this.#daemon.call(SERVICE_PATH, SERVICE, 'CreateCollection', 'a{sv}s', [label, ''])
      const [path, prompt] = answer as [string, string]
      if (prompt === NO_OBJECT) return path
      const made = await this.#follow(prompt, `create the collection "${this.#name}"`)
      if (typeof made === 'string' && made !== NO_OBJECT) return made
      throw this.#locked(`the Secret Service did not create the collection "${this.#name}"`)
    })
  }

  /** Runs a task with the collection unlocked, and once more if it was locked meanwhile. */
  async unlocked<T>(collection: string, task: () => Promise<T>): Promise<T> {
    if ((await this.#daemon.property(collection, COLLECTION, 'Locked')) === true) await this.#unlock(collection)
    try {
      return await task()
    } catch (error) {
      if (!saysLocked(error)) throw error
      await this.#unlock(collection)
      return await task()
    }
  }

  /** The items of that key, newest first. */
  async search(collection: string, key: string): Promise<string[]> {
    const attributes = new Map([['profile', key]])
    const [paths] = (await this.#daemon.call(collection, COLLECTION, 'SearchItems', 'a{ss}', [attributes])) as [
      string[],
    ]
    if (paths.length < 2) return paths
    const dated = await Promise.all(
      paths.map(async path => ({ path, time: await this.#propertyIfThere(path, ITEM, 'Modified') })),
    )
    return dated
      .filter(({ time }) => time !== undefined)
      .sort((a, b) => Number((b.time as bigint) - (a.time as bigint)) || b.path.localeCompare(a.path))
      .map(({ path }) => path)
  }

  /** The bytes of an item; `undefined` if it was removed meanwhile. */
  async read(item: string): Promise<Uint8Array | undefined> {
    const session = await this.#openSession()
    const read = async (): Promise<Uint8Array> => {
      const [secret] = await this.#daemon.call(item, ITEM, 'GetSecret', 'o', [session.path])
      return session.open(secret as WireSecret)
    }
    try {
      return await read()
    } catch (error) {
      if (saysNoObject(error)) return undefined
      if (!saysLocked(error)) throw error
      // Some services lock items one by one.
      await this.#unlock(item)
      return await read()
    }
  }

  /** Stores an item in place of the one of that key. Returns its path. */
  async write(collection: string, key: string, value: Uint8Array): Promise<string> {
    const session = await this.#openSession()
    const properties = new Map([
      [`${ITEM}.Label`, new Variant('s', key)],
      [`${ITEM}.Attributes`, new Variant('a{ss}', new Map([['profile', key]]))],
    ])
    const args = [properties, session.seal(value), true]
    const answer = await this.#daemon.call(collection, COLLECTION, 'CreateItem', 'a{sv}(oayays)b', args)
    const [path, prompt] = answer as [string, string]
    return prompt === NO_OBJECT ? path : ((await this.#follow(prompt, `store "${key}"`)) as string)
  }

  /** Removes all items of that key but `kept`, which other programs may have stored beside each other. */
  async removeOthers(collection: string, key: string, kept: string): Promise<void> {
    if ((await this.search(collection, key)).length < 2) return
    // One at a time: two would remove each other's.
    await this.#alone('duplicates', async () => {
      const paths = await this.search(collection, key)
      if (!paths.includes(kept)) return
      for (const path of paths) if (path !== kept) await this.remove(path)
    })
  }

  /** Removes an item. `false`: it was not there. */
  async remove(item: string): Promise<boolean> {
    try {
      const [prompt] = await this.#daemon.call(item, ITEM, 'Delete')
      if (prompt !== NO_OBJECT) await this.#follow(prompt as string, 'remove an item')
      return true
    } catch (error) {
      if (saysNoObject(error)) return false
      throw error
    }
  }

  /**
   * The keys of all items of ours. While the collection is locked some services still tell them, others (GNOME Keyring
   * after its start) have them encrypted, or show no items at all: only these are unlocked for it.
   */
  async keys(collection: string): Promise<string[]> {
    if ((await this.#daemon.property(collection, COLLECTION, 'Locked')) === true) {
      const keys = await this.#allKeys(collection)
      if (keys.length > 0 && keys.every(key => key !== undefined)) return [...new Set(keys)]
    }
    return this.unlocked(collection, async () => {
      const keys = await this.#allKeys(collection)
      return [...new Set(keys.filter(key => key !== undefined))]
    })
  }

  /** The key of each item; `undefined` for one that has none, or does not tell. */
  async #allKeys(collection: string): Promise<(string | undefined)[]> {
    const paths = (await this.#daemon.property(collection, COLLECTION, 'Items')) as string[]
    const keys: (string | undefined)[] = []
    for (let start = 0; start < paths.length; start += BATCH) {
      const batch = paths.slice(start, start + BATCH)
      const all = await Promise.all(batch.map(path => this.#propertyIfThere(path, ITEM, 'Attributes')))
      keys.push(...all.map(attributes => (attributes as Map<string, string> | undefined)?.get('profile') || undefined))
    }
    return keys
  }

  async #unlock(object: string): Promise<void> {
    const purpose = `unlock the collection "${this.#name}"`
    // Ten processes that start at once open one window.
    await this.#alone('unlock', async () => {
      if ((await this.#isLocked(object)) === false) return
      const answer = await this.#daemon.call(SERVICE_PATH, SERVICE, 'Unlock', 'ao', [[object]])
      const [, prompt] = answer as [string[], string]
      if (prompt !== NO_OBJECT) await this.#follow(prompt, purpose)
      if (await this.#isLocked(object)) throw this.#locked(`the collection "${this.#name}" is locked and stays so`)
    })
  }

  async #isLocked(object: string): Promise<boolean> {
    const kind = /\/collection\/[^/]+\/./.test(object) ? ITEM : COLLECTION
    return (await this.#propertyIfThere(object, kind, 'Locked')) === true
  }

  #follow(prompt: string, purpose: string): Promise<unknown> {
    return followPrompt(this.#daemon, prompt, purpose, this.#context)
  }

  #openSession(): Promise<SecretSession> {
    if (this.#session === undefined) {
      const opening = openSession(this.#daemon, this.#context.logger)
      this.#session = opening
      opening.catch(() => {
        this.#session = undefined
      })
    }
    return this.#session
  }

  async #propertyIfThere(path: string, from: string, name: string): Promise<unknown> {
    try {
      return await this.#daemon.property(path, from, name)
    } catch (error) {
      if (saysNoObject(error)) return undefined
      throw error
    }
  }

  /** Runs `task` under a lock between processes; without one where there can be none. */
  async #alone<T>(what: string, task: () => Promise<T>): Promise<T> {
    let begun = false
    const run = (): Promise<T> => {
      begun = true
      return task()
    }
    try {
      return await this.#context.withLock(`keyring-secret-service:${what}:${this.#name}`, run)
    } catch (error) {
      if (begun || this.#context.signal.aborted) throw error
      this.#context.logger.debug(`going on without a lock: ${error instanceof Error ? error.message : String(error)}`)
      return run()
    }
  }

  #locked(message: string): KeyringLockedError {
    return new KeyringLockedError(message, {
      hint: `unlock it in the window of your passwords (seahorse, KeePassXC), or ${ANOTHER_KEYRING}`,
      facts: { keyring: 'secret-service', collection: this.#name },
    })
  }
}

/** Looks for the service. */
export async function connectStore(name: string, context: PartContext, patience?: number): Promise<SecretStore> {
  const daemon = await Daemon.find(context, description, patience === undefined ? {} : { patience })
  return new SecretStore(daemon, name, context)
}

/** What to throw for an answer that none of the steps expects. */
export function unexpected(error: unknown): unknown {
  if (!(error instanceof CallError)) return error
  return new KeyringStorageError(`the Secret Service refused: ${error.message || error.errorName}`, {
    facts: { keyring: 'secret-service', dbusError: error.errorName },
    cause: error,
  })
}
