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
export const MOST_ROUNDS = 10_000_000

/** A sealed item whose form is right; only the passphrase tells whether its content is. */
export interface Jwe {
  readonly algorithm: string
  readonly rounds: number
  readonly encryption: string
  readonly salt: Uint8Array
  readonly header: string
  readonly encryptedKey: Uint8Array
  readonly iv: Uint8Array
  readonly ciphertext: Uint8Array
  readonly tag: Uint8Array
}

/** What became of opening a sealed item. */
export type Opened =
  | { readonly state: 'open'; readonly plaintext: Uint8Array }
  /** The passphrase is not the one it was sealed with, or the part that tells is damaged. */
  | { readonly state: 'locked' }
  /** The passphrase is right; the content is not what was sealed. */
  | { readonly state: 'damaged' }

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

/**
 * Opens a sealed item with a passphrase (its UTF-8 bytes).
 *
 * By Node's own crypto, since this stands in front of every command: a library on WebCrypto takes twice as long to start.
 * It also tells a wrong passphrase from damaged content, which JOSE libraries rightly hide from remote guessers.
 */
export async function openJwe(jwe: Jwe, passphrase: Uint8Array): Promise<Opened> {
  const { createDecipheriv, pbkdf2Sync } = await import('node:crypto')
  const [, hashBits, keyBits] = /HS(\d+)\+A(\d+)KW/.exec(jwe.algorithm) ?? []
  const salt = Buffer.concat([Buffer.from(`${jwe.algorithm}\0`), jwe.salt])
  const wrappingKey = pbkdf2Sync(passphrase, salt, jwe.rounds, Number(keyBits) / 8, `sha${hashBits}`)
  let contentKey: Buffer
  try {
    // AES key wrap (RFC 3394) carries a check value of its own.
    const unwrap = createDecipheriv(`id-aes${keyBits}-wrap`, wrappingKey, Buffer.alloc(8, 0xa6))
    contentKey = Buffer.concat([unwrap.update(jwe.encryptedKey), unwrap.final()])
  } catch {
    return { state: 'locked' }
  }
  try {
    const decipher = createDecipheriv(jwe.encryption as CipherGCMTypes, contentKey, jwe.iv, { authTagLength: 16 })
    decipher.setAAD(Buffer.from(jwe.header)).setAuthTag(jwe.tag)
    return { state: 'open', plaintext: Buffer.concat([decipher.update(jwe.ciphertext), decipher.final()]) }
  } catch {
    return { state: 'damaged' }
  }
}

/** Seals `plaintext` the way the Go tool does. `rounds` are PBKDF2 rounds, `created` is milliseconds since 1970. */
export async function sealJwe(
  plaintext: Uint8Array,
  passphrase: Uint8Array,
  { rounds, created }: { readonly rounds: number; readonly created: number },
): Promise<string> {
  const { CompactEncrypt } = await import('jose/jwe/compact/encrypt')
  return new CompactEncrypt(plaintext)
    .setProtectedHeader({ alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', created: new Date(created).toISOString() })
    .setKeyManagementParameters({ p2c: rounds, p2s: crypto.getRandomValues(new Uint8Array(12)) })
    .encrypt(passphrase)
}

function parseHeader(part: string): Record<string, unknown> | undefined {
  try {
    const header: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof header === 'object' && header !== null ? (header as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
