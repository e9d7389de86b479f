import { type Item, type Keyring, KeyringItemError, type PartContext, VaultError } from '@aws-vault/plugin-sdk'
import type { Binding } from './binding.ts'
import { LockCheck } from './lock-check.ts'
import { storeFailure } from './store-failure.ts'
import type { Traits } from './traits.ts'
import {
  begunAt,
  decodeManifest,
  decodeValue,
  encodeBase64,
  encodeManifest,
  encodeValue,
  generationOf,
  type Manifest,
  partAccount,
} from './value.ts'

/** How old parts are, in milliseconds, before they are taken for left behind: their writer may be at it without our lock. */
const LEFTOVER_AGE = 600_000

/** How often an item is read anew that others replace while it is read. */
const ATTEMPTS = 20

/** What a {@link KeytarKeyring} is made of. */
export interface KeytarKeyringOptions {
  readonly binding: Binding
  /** Lets go of the binding. */
  close?(): void
  readonly traits: Traits
  /** keytar's service: the Go tool's on macOS. */
  readonly service: string
  readonly context: PartContext
}

/**
 * Items as passwords of one service: account = key, password = the item's data. An item that is longer than the store
 * takes is split: its parts are written first, under a generation of their own in a service of their own, and then, in
 * one call, the list of parts in the item's place. Until then the old item is there, whole, and from then on the new
 * one. Parts that nobody lists are removed by a later writer.
 */
export class KeytarKeyring implements Keyring {
  readonly #binding: Binding
  readonly #close: () => void
  readonly #traits: Traits
  readonly #service: string
  readonly #partsService: string
  readonly #context: PartContext
  readonly #lockCheck: LockCheck | undefined

  constructor({ binding, close = () => {}, traits, service, context }: KeytarKeyringOptions) {
    this.#binding = binding
    this.#close = close
    this.#traits = traits
    this.#service = service
    // Not a name that begins with the service: Windows lists by beginnings.
    this.#partsService = `parts of ${service}`
    this.#context = context
    this.#lockCheck = traits.isRemote ? new LockCheck(binding, service) : undefined
  }

  async get(key: string): Promise<Item | undefined> {
    if (keyProblem(key, this.#traits) !== undefined) return undefined
    await this.#assertUnlocked(`read the item "${key}"`)
    let before: string | undefined
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const value = await this.#read(key)
      if (value === undefined) return undefined
      const manifest = decodeManifest(key, value)
      if (manifest === undefined) return item(key, decodeValue(value))
      const joined = await this.#join(key, manifest)
      if (joined !== undefined) return item(key, decodeValue(joined))
      // Either somebody has just replaced it, and the new list is another one, or parts are gone.
      if (value === before) break
      before = value
    }
    throw new KeyringItemError(`parts of the item "${key}" are missing in ${this.#traits.store}`, {
      hint: 'remove the item, and store it again',
    })
  }

  async set(item: Item): Promise<void> {
    const problem = keyProblem(item.key, this.#traits)
    if (problem !== undefined) {
      throw new VaultError(
        'ERR_KEYRING_KEY',
        `the ${this.#traits.keyring} keyring cannot hold an item of that name: ${problem}`,
      )
    }
    const what = `store the item "${item.key}"`
    const value = encodeValue(item.data)
    await this.#locked(async () => {
      await this.#attempt(what, async () => this.#lockCheck?.leaveMark())
      const replaced = await this.#manifestOf(item.key)
      if (Buffer.byteLength(value) <= this.#traits.maxBytes) {
        await this.#write(what, item.key, value)
        if (replaced !== undefined) await this.#tidy(() => this.#removeParts(replaced))
        return
      }
      await this.#tidy(() => this.#sweep())
      const manifest = await this.#writeParts(what, encodeBase64(item.data))
      await this.#write(what, item.key, encodeManifest(manifest))
      if (replaced !== undefined) await this.#tidy(() => this.#removeParts(replaced))
    })
  }

  async remove(key: string): Promise<boolean> {
    if (keyProblem(key, this.#traits) !== undefined) return false
    return this.#locked(async () => {
      await this.#assertUnlocked(`remove the item "${key}"`)
      const replaced = await this.#manifestOf(key)
      const removed = await this.#attempt(`remove the item "${key}"`, () =>
        this.#binding.deletePassword(this.#service, this.#traits.accountOf(key)),
      )
      if (replaced !== undefined) await this.#tidy(() => this.#removeParts(replaced))
      return removed
    })
  }

  async keys(): Promise<string[]> {
    await this.#assertUnlocked(`list ${this.#traits.store}`)
    const stored = await this.#list(this.#service)
    return [...new Set(stored.flatMap(({ account }) => this.#traits.keyOf(account) ?? []))]
  }

  async close(): Promise<void> {
    this.#close()
  }

  #assertUnlocked(what: string): Promise<void> {
    return this.#attempt(what, async () => this.#lockCheck?.assertUnlocked())
  }

  async #read(key: string): Promise<string | undefined> {
    const found = await this.#attempt(`read the item "${key}"`, () =>
      this.#binding.getPassword(this.#service, this.#traits.accountOf(key)),
    )
    return found ?? undefined
  }

  #write(what: string, key: string, value: string): Promise<void> {
    return this.#attempt(what, () => this.#binding.setPassword(this.#service, this.#traits.accountOf(key), value))
  }

  /** The parts of an item; `undefined` if it is not split, or too damaged to say. */
  async #manifestOf(key: string): Promise<Manifest | undefined> {
    if (this.#traits.maxBytes === Number.POSITIVE_INFINITY) return undefined
    const value = await this.#read(key)
    try {
      return value === undefined ? undefined : decodeManifest(key, value)
    } catch {
      return undefined
    }
  }

  async #writeParts(what: string, text: string): Promise<Manifest> {
    const size = this.#traits.maxBytes
    const random = Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString('hex')
    const generation = `${Math.trunc(this.#context.clock.now()).toString(36)}-${random}`
    const count = Math.ceil(text.length / size)
    for (let index = 0; index < count; index++) {
      const part = text.slice(index * size, (index + 1) * size)
      await this.#attempt(what, () =>
        this.#binding.setPassword(this.#partsService, partAccount(generation, index), part),
      )
    }
    return { generation, count, length: text.length }
  }

  /** All parts together, or `undefined` if some are not there. */
  async #join(key: string, { generation, count, length }: Manifest): Promise<string | undefined> {
    const parts: string[] = []
    for (let index = 0; index < count; index++) {
      const part = await this.#attempt(`read the item "${key}"`, () =>
        this.#binding.getPassword(this.#partsService, partAccount(generation, index)),
      )
      if (part === null) return undefined
      parts.push(part)
    }
    const text = parts.join('')
    return text.length === length ? text : undefined
  }

  async #removeParts({ generation, count }: Manifest): Promise<void> {
    for (let index = 0; index < count; index++) {
      await this.#binding.deletePassword(this.#partsService, partAccount(generation, index))
    }
  }

  /** Removes the parts that writers left who were killed. */
  async #sweep(): Promise<void> {
    const parts = await this.#list(this.#partsService)
    const before = this.#context.clock.now() - LEFTOVER_AGE
    const old = parts.filter(({ account }) => begunAt(generationOf(account)) < before)
    if (old.length === 0) return
    const items = await this.#list(this.#service)
    const listed = new Set(items.map(({ password }) => generationListedIn(password)))
    for (const { account } of old) {
      if (!listed.has(generationOf(account))) await this.#binding.deletePassword(this.#partsService, account)
    }
  }

  #list(service: string): ReturnType<Binding['findCredentials']> {
    return this.#attempt(`list ${this.#traits.store}`, () =>
      this.#binding.findCredentials(this.#traits.listedAs(service)),
    )
  }

  /** Does what may as well be done by a later writer: what was asked for is done, or not yet begun. */
  async #tidy(task: () => Promise<void>): Promise<void> {
    try {
      await task()
    } catch (error) {
      this.#context.signal.throwIfAborted()
      this.#context.logger.debug('parts of replaced items are left behind', { reason: (error as Error).message })
    }
  }

  async #attempt<T>(what: string, task: () => Promise<T>): Promise<T> {
    this.#context.signal.throwIfAborted()
    try {
      return await task()
    } catch (cause) {
      this.#context.signal.throwIfAborted()
      throw storeFailure(what, cause, this.#traits)
    }
  }

  async #locked<T>(task: () => Promise<T>): Promise<T> {
    let begun = false
    const run = (): Promise<T> => {
      begun = true
      return task()
    }
    try {
      return await this.#context.withLock(`keyring-keytar:${this.#traits.keyring}:${this.#service}`, run)
    } catch (error) {
      if (begun || this.#context.signal.aborted) throw error
      const reason = error instanceof Error ? error.message : String(error)
      this.#context.logger.warn(`writing to ${this.#traits.store} without a lock, which could not be had: ${reason}`)
      return run()
    }
  }
}

const item = (key: string, data: Uint8Array): Item => ({ key, data, label: '', description: '', attributes: {} })

function generationListedIn(value: string): string | undefined {
  try {
    return decodeManifest('', value)?.generation
  } catch {
    return undefined
  }
}

/** Why no item can bear the name; `undefined` if one can. */
function keyProblem(key: string, { accountOf, maxAccount, store }: Traits): string | undefined {
  if (key === '') return 'it is empty'
  if (key.includes('\0') || !key.isWellFormed()) return `${store} takes text without NUL characters only`
  const { length } = accountOf(key)
  return length > maxAccount ? `${store} takes ${maxAccount} characters, and it needs ${length}` : undefined
}
