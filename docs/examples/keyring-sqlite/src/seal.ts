import { randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { isVaultError, KeyringItemError, KeyringLockedError, type PartContext } from '@aws-vault/plugin-sdk'
import { CompactEncrypt, compactDecrypt } from 'jose'

/** What a store keeps of its seal; not secret. */
export interface SealRecord {
  readonly salt: Uint8Array
  readonly check: string
}

/** Where the record lies. */
export interface SealStore {
  read(): Promise<SealRecord | undefined>
  /** Stores the first one; gives the one that is there, which another process may have stored before. */
  create(record: SealRecord): Promise<SealRecord>
}

/** RFC 7914; 64 MiB and about a tenth of a second. */
const cost = { N: 2 ** 16, r: 8, p: 1, maxmem: 2 ** 27 }
const derive = promisify<string, Uint8Array, number, typeof cost, Buffer>(scrypt)
const CHECK = 'aws-vault-keyring-sqlite'

/** Encrypts and decrypts by a passphrase, which is asked for when it is first needed, and once. */
export class Seal {
  readonly #store: SealStore
  readonly #context: PartContext
  #key: Promise<Uint8Array> | undefined

  constructor(store: SealStore, context: PartContext) {
    this.#store = store
    this.#context = context
  }

  /** @throws KeyringLockedError when the passphrase is wrong */
  async seal(name: string, bytes: Uint8Array): Promise<string> {
    return encrypt(await this.#unlocked(), name, bytes)
  }

  /** @throws KeyringLockedError when the passphrase is wrong @throws KeyringItemError when it is right, and the item damaged */
  async unseal(name: string, sealed: string): Promise<Uint8Array> {
    return decrypt(await this.#unlocked(), name, sealed)
  }

  #unlocked(): Promise<Uint8Array> {
    this.#key ??= this.#unlock()
    return this.#key
  }

  async #unlock(): Promise<Uint8Array> {
    let record = await this.#store.read()
    const passphrase = await this.#passphrase(record === undefined)
    if (record === undefined) {
      const salt = randomBytes(32)
      const check = await encrypt(await keyOf(passphrase, salt), CHECK, new TextEncoder().encode(CHECK))
      record = await this.#store.create({ salt, check })
    }
    const key = await keyOf(passphrase, record.salt)
    try {
      await decrypt(key, CHECK, record.check)
    } catch (error) {
      if (!isVaultError(error, 'ERR_KEYRING_ITEM')) throw error
      throw new KeyringLockedError('the passphrase of the SQLite keyring is wrong', { hint: 'try again' })
    }
    return key
  }

  async #passphrase(isNew: boolean): Promise<string> {
    const { ask, options } = this.#context
    const given = options.passphrase
    if (typeof given === 'string' && given !== '') return given
    const instead = 'set AWS_VAULT_SQLITE_PASSPHRASE'
    const message = `Passphrase ${isNew ? 'for the new' : 'of the'} SQLite keyring ${options.file}`
    const answer = await ask({ message, secret: true, instead })
    if (answer === '') throw new KeyringLockedError('no passphrase was given', { hint: instead })
    if (isNew && answer !== (await ask({ message: `${message}, again`, secret: true, instead }))) {
      throw new KeyringLockedError('the two passphrases are different', { hint: 'try again' })
    }
    return answer
  }
}

const keyOf = (passphrase: string, salt: Uint8Array): Promise<Uint8Array> =>
  derive(passphrase.normalize('NFC'), salt, 32, cost)

/** A JWE (RFC 7516); the item's name stands in its authenticated header. */
function encrypt(key: Uint8Array, name: string, bytes: Uint8Array): Promise<string> {
  return new CompactEncrypt(bytes).setProtectedHeader({ alg: 'dir', enc: 'A256GCM', name }).encrypt(key)
}

async function decrypt(key: Uint8Array, name: string, sealed: string): Promise<Uint8Array> {
  const options = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] }
  const opened = await compactDecrypt(sealed, key, options).catch(() => undefined)
  if (opened?.protectedHeader.name === name) return opened.plaintext
  throw new KeyringItemError(`the item "${name}" is damaged`, { hint: `remove it: aws-vault remove` })
}
