/**
 * The format of an item's file: a JSON Web Encryption object in compact form (RFC 7516), its key wrapped by one that is
 * derived from the passphrase (PBES2, RFC 7518 section 4.8).
 * @module
 */
import type { CipherGCMTypes } from 'node:crypto'

/**
 * The most PBKDF2 rounds that we do for a file. Nobody writes more than 1,300,000, which is all that one build of the
 * Go tool reads. This is eight times as much and takes seconds; a file that wants more wants to keep us busy.
 */
const MOST_ROUNDS = 10_000_000

/** How the key that wraps an item's own key is derived from the passphrase. Items with the same one share that key. */
export interface Derivation {
  readonly algorithm: string
  readonly rounds: number
  readonly salt: Uint8Array
}

/** A sealed item whose form is right; only the passphrase tells whether its content is. */
export interface Jwe extends Derivation {
  readonly encryption: string
  readonly header: string
  readonly encryptedKey: Uint8Array
  readonly iv: Uint8Array
  readonly ciphertext: Uint8Array
  readonly tag: Uint8Array
}

const algorithms = ['PBES2-HS256+A128KW', 'PBES2-HS384+A192KW', 'PBES2-HS512+A256KW']
const encryptions: Readonly<Record<string, number>> = { A128GCM: 16, A192GCM: 24, A256GCM: 32 }

/** Whether a file that starts with `text` may be a sealed item. */
export function looksLikeJwe(text: string): boolean {
  // The header is a JSON object: `{"` in base64url.
  return /^eyJ[\w-]*(?:\.|$)/.test(text)
}

/** Reads the form of a sealed item, with or without a line end. A string says what is wrong with it. */
export function parseJwe(text: string): Jwe | string {
  const compact = text.trimEnd()
  if (compact === '') return 'it is empty'
  const parts = compact.split('.')
  if (!looksLikeJwe(compact) || parts.some(part => !/^[\w-]*$/.test(part))) return 'it is not an encrypted item'
  const [, encryptedKey, iv, ciphertext, tag] = parts.map(part => Buffer.from(part, 'base64url'))
  if (!encryptedKey || !iv || !ciphertext || !tag || parts.length !== 5) return 'it is cut short'

  const header = parseHeader(parts[0] ?? '')
  if (header === undefined) return 'its header is not JSON'
  const { alg, enc, p2c, p2s } = header
  if (typeof alg !== 'string' || !algorithms.includes(alg)) return `its algorithm is ${JSON.stringify(alg)}`
  const keyLength = typeof enc === 'string' ? encryptions[enc] : undefined
  if (keyLength === undefined) return `its encryption is ${JSON.stringify(enc)}`
  if (typeof p2c !== 'number' || !Number.isSafeInteger(p2c) || p2c < 1) return 'its work factor (p2c) is not a number'
  if (p2c > MOST_ROUNDS) return `its work factor (p2c) is ${p2c}, more than the ${MOST_ROUNDS} that we accept`
  const salt = typeof p2s === 'string' ? Buffer.from(p2s, 'base64url') : Buffer.alloc(0)
  if (salt.length < 8) return 'its salt (p2s) is missing or too short'
  // AES key wrap adds 8 bytes; GCM has an IV of 12 bytes and a tag of 16.
  if (encryptedKey.length !== keyLength + 8 || iv.length !== 12 || tag.length !== 16) return 'it is cut short'
  const encryption = (enc as string).replace(/^A(\d+)GCM$/, 'aes-$1-gcm')
  return { algorithm: alg, rounds: p2c, encryption, salt, header: parts[0] ?? '', encryptedKey, iv, ciphertext, tag }
}

/** What items are sealed by: the Go tool's choice. */
const ALGORITHM = 'PBES2-HS256+A128KW'
const ENCRYPTION = 'A256GCM'
const CONTENT_KEY_BYTES = 32
/** AES key wrap (RFC 3394) has a start value of its own, by which a wrong key shows. */
const WRAP_START = Buffer.alloc(8, 0xa6)

/** A derivation with a new salt. */
export function newDerivation(rounds: number): Derivation {
  return { algorithm: ALGORITHM, rounds, salt: crypto.getRandomValues(new Uint8Array(12)) }
}

/** Whether the keys that two derivations give from one passphrase are the same. */
export function isSameDerivation(one: Derivation, other: Derivation): boolean {
  return derivationName(one) === derivationName(other)
}

/** A name for all that a derivation depends on but the passphrase. */
export function derivationName({ algorithm, rounds, salt }: Derivation): string {
  return `${algorithm} ${rounds} ${Buffer.from(salt).toString('base64url')}`
}

/**
 * Derives the key that wraps items' keys (PBES2, RFC 7518 section 4.8) from a passphrase (its UTF-8 bytes).
 *
 * By Node's own crypto, as all that follows, since this stands in front of every command: a library on WebCrypto takes
 * twice as long to start, and none takes a derived key in place of the passphrase.
 */
export async function deriveWrappingKey(passphrase: Uint8Array, derivation: Derivation): Promise<Uint8Array> {
  const { pbkdf2Sync } = await import('node:crypto')
  const { algorithm, rounds } = derivation
  const [, hashBits, keyBits] = /HS(\d+)\+A(\d+)KW/.exec(algorithm) ?? []
  const salt = Buffer.concat([Buffer.from(`${algorithm}\0`), derivation.salt])
  return pbkdf2Sync(passphrase, salt, rounds, Number(keyBits) / 8, `sha${hashBits}`)
}

/** The item's own key out of its wrapping; `undefined` where the wrapping key is not the one, or the wrapping damaged. */
export async function unwrapContentKey(
  encryptedKey: Uint8Array,
  wrappingKey: Uint8Array,
): Promise<Uint8Array | undefined> {
  const { createDecipheriv } = await import('node:crypto')
  try {
    const unwrap = createDecipheriv(`id-aes${wrappingKey.length * 8}-wrap`, wrappingKey, WRAP_START)
    return Buffer.concat([unwrap.update(encryptedKey), unwrap.final()])
  } catch {
    return undefined
  }
}

/** Wraps an item's own key. */
export async function wrapContentKey(contentKey: Uint8Array, wrappingKey: Uint8Array): Promise<Uint8Array> {
  const { createCipheriv } = await import('node:crypto')
  const wrap = createCipheriv(`id-aes${wrappingKey.length * 8}-wrap`, wrappingKey, WRAP_START)
  return Buffer.concat([wrap.update(contentKey), wrap.final()])
}

/** What is in an item; `undefined` where it is not what was sealed. Its own key is right, or it would not have come out. */
export async function decryptContent(jwe: Jwe, contentKey: Uint8Array): Promise<Uint8Array | undefined> {
  const { createDecipheriv } = await import('node:crypto')
  try {
    const decipher = createDecipheriv(jwe.encryption as CipherGCMTypes, contentKey, jwe.iv, { authTagLength: 16 })
    decipher.setAAD(Buffer.from(jwe.header)).setAuthTag(jwe.tag)
    return Buffer.concat([decipher.update(jwe.ciphertext), decipher.final()])
  } catch {
    return undefined
  }
}

/** A key for a new item. No two items have the same one. */
export function newContentKey(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(CONTENT_KEY_BYTES))
}

/**
 * Seals `plaintext` the way the Go tool does.
 * @param encryptedKey the content key, wrapped by the key that `derivation` gives
 * @param created milliseconds since 1970
 */
export async function sealJwe(
  plaintext: Uint8Array,
  contentKey: Uint8Array,
  { derivation, encryptedKey, created }: { derivation: Derivation; encryptedKey: Uint8Array; created: number },
): Promise<string> {
  const { createCipheriv } = await import('node:crypto')
  const header = encode(
    Buffer.from(
      JSON.stringify({
        alg: derivation.algorithm,
        enc: ENCRYPTION,
        created: new Date(created).toISOString(),
        p2c: derivation.rounds,
        p2s: encode(derivation.salt),
      }),
    ),
  )
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const cipher = createCipheriv('aes-256-gcm', contentKey, iv, { authTagLength: 16 }).setAAD(Buffer.from(header))
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return [header, ...[encryptedKey, iv, ciphertext, cipher.getAuthTag()].map(encode)].join('.')
}

const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

function parseHeader(part: string): Record<string, unknown> | undefined {
  try {
    const header: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof header === 'object' && header !== null ? (header as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
