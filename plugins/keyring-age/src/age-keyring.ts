import { type Dirent, mkdirSync, readdirSync, statSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { decodeItem, encodeItem, type Item, type Keyring, type PartContext } from '@aws-vault/plugin-sdk'
import {
  fileNameOf,
  isTemporary,
  keyOf,
  storageError,
  sweepTemporaryFiles,
  syncDirectory,
  systemCode,
  writeAtomically,
} from '@aws-vault/plugin-sdk/files'
import { AgeProgram } from './age-program.ts'
import { damaged, explain, identityProblem, notForUs } from './failure.ts'
import { checkIdentity, type IdentityKind, identityKind } from './identity.ts'
import { checkRecipients } from './recipients.ts'
import type { Settings } from './settings.ts'

/** What age writes when no identity is that of a recipient. */
const noMatch = /no identity matched|did not match any of the recipients/

/** A directory of files, each an item encrypted to the recipients. */
export class AgeKeyring implements Keyring {
  readonly #settings: Settings
  readonly #context: PartContext
  readonly #age: AgeProgram
  #unlocked: Promise<Uint8Array> | undefined

  constructor(settings: Settings, context: PartContext) {
    this.#settings = settings
    this.#context = context
    this.#age = new AgeProgram(context)
  }

  async get(key: string): Promise<Item | undefined> {
    const file = this.#fileOf(key)
    const what = `read the item "${key}"`
    const isThere = (): boolean => this.#attempt(what, () => isFile(file))
    if (!isThere()) return undefined
    const { identity } = this.#settings
    const end = await this.#decrypt(file)
    // Another process may have removed it since we looked.
    if (end.code !== 0 && !isThere()) return undefined
    if (end.code !== 0) throw explain({ what, end, file, identity })
    return this.#decode(key, file, end.stdout)
  }

  async set(item: Item): Promise<void> {
    const file = this.#fileOf(item.key)
    const what = `write the item "${item.key}"`
    const recipients = checkRecipients(this.#settings.recipients)
    const end = await this.#age.run({
      args: ['--encrypt', '--recipients-file', recipients],
      input: encodeItem(item),
      // A plugin may be needed to encrypt as well.
      mayAsk: true,
    })
    if (end.code !== 0 || end.stdout.length === 0) throw explain({ what, end, recipients })
    await this.#tryToRead(what, end.stdout, recipients)
    this.#attempt(what, () => {
      const { directory } = this.#settings
      mkdirSync(directory, { recursive: true, mode: 0o700 })
      sweepTemporaryFiles(directory, this.#context.clock.now())
      writeAtomically(file, end.stdout)
    })
  }

  async remove(key: string): Promise<boolean> {
    const file = this.#fileOf(key)
    return this.#attempt(`remove the item "${key}"`, () => {
      if (!isFile(file)) return false
      try {
        unlinkSync(file)
      } catch (error) {
        if (systemCode(error) === 'ENOENT') return false
        throw error
      }
      syncDirectory(this.#settings.directory)
      return true
    })
  }

  async keys(): Promise<string[]> {
    const { directory, naming } = this.#settings
    return this.#attempt('list the items', () =>
      entriesOf(directory).flatMap(entry => {
        const key = keyOf(entry.name, naming)
        if (key === undefined || isTemporary(entry.name)) return []
        return entry.isFile() || (entry.isSymbolicLink() && isFile(join(directory, entry.name))) ? [key] : []
      }),
    )
  }

  async close(): Promise<void> {
    const unlocked = this.#unlocked
    this.#unlocked = undefined
    void unlocked?.then(
      identity => identity.fill(0),
      () => {},
    )
  }

  async #decrypt(file: string) {
    const { identity = '' } = this.#settings
    const kind = checkIdentity(this.#settings.identity, await this.#age.environment())
    if (kind === 'protected') {
      return this.#age.run({ args: ['--decrypt', '--identity', '-', file], input: await this.#unlock(identity) })
    }
    return this.#age.run({ args: ['--decrypt', '--identity', identity, file], mayAsk: kind === 'asking' })
  }

  /** The identity that a passphrase protects, asked for once: with `--identity`, age would ask for every item. */
  #unlock(identity: string): Promise<Uint8Array> {
    this.#unlocked ??= (async () => {
      if (await this.#context.desk.isWatched()) await this.#context.desk.show(`age opens the identity ${identity}`)
      const end = await this.#age.run({ args: ['--decrypt', identity], mayAsk: true })
      if (noMatch.test(end.stderr))
        throw identityProblem(`the identity ${identity} is encrypted, but not with a passphrase`)
      if (end.code !== 0) throw explain({ what: 'open the identity', end, identity })
      return end.stdout
    })()
    return this.#unlocked
  }

  /**
   * Makes sure that what takes the place of an old item can be read again, where that asks nobody: recipients that one is not
   * among oneself would lock one out of one's own keys.
   */
  async #tryToRead(what: string, encrypted: Uint8Array, recipients: string): Promise<void> {
    const { identity } = this.#settings
    if (identity === undefined || kindIfReadable(identity) !== 'plain') return
    const end = await this.#age.run({ args: ['--decrypt', '--identity', identity], input: encrypted })
    if (end.code === 0) return
    throw noMatch.test(end.stderr) ? notForUs(what, identity, recipients) : explain({ what, end, identity })
  }

  #decode(key: string, file: string, bytes: Uint8Array): Item {
    try {
      return decodeItem(key, bytes)
    } catch (error) {
      throw damaged(file, error instanceof Error ? error.message : String(error))
    }
  }

  #fileOf(key: string): string {
    return join(this.#settings.directory, fileNameOf(key, this.#settings.naming))
  }

  #attempt<T>(what: string, action: () => T): T {
    try {
      return action()
    } catch (error) {
      throw storageError(what, this.#settings.place, error)
    }
  }
}

/** Of which kind it is; `undefined` if it cannot be used: that is said when it is needed. */
function kindIfReadable(identity: string): IdentityKind | undefined {
  try {
    return identityKind(identity)
  } catch {
    return undefined
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw error
  }
}
