import { createHash, createPublicKey, verify } from 'node:crypto'

/** A public key of minisign: who may sign releases. */
export interface ReleaseKey {
  /** Eight bytes, in hexadecimal, by which a signature names its key. */
  readonly id: string
  /** Ed25519. */
  readonly key: Uint8Array
}

/** What stands before the bytes of an Ed25519 public key in DER (RFC 8410). */
const DER_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const ID = 8
const KEY = 32
const SIGNATURE = 64

/**
 * Reads a public key as minisign writes it: the line of base64, with or without the comment above it. Pure.
 * @throws Error when it is none
 */
export function parseReleaseKey(text: string): ReleaseKey {
  const bytes = Buffer.from(text.trim().split('\n').at(-1) ?? '', 'base64')
  if (bytes.length !== 2 + ID + KEY || bytes.toString('latin1', 0, 2) !== 'Ed') {
    throw new Error('this is not a public key of minisign')
  }
  return { id: bytes.toString('hex', 2, 2 + ID), key: bytes.subarray(2 + ID) }
}

/**
 * Checks a detached signature in minisign's format (`minisign -S`, prehashed, which is its default): Ed25519 over the
 * BLAKE2b-512 hash of the data, and a second one over the first and the trusted comment. Pure.
 * @returns the trusted comment
 * @throws Error that says what is wrong, when none of the keys made this signature for this data
 */
export function verifySignature(data: Uint8Array, signature: string, keys: readonly ReleaseKey[]): string {
  const [, line = '', comment = '', global = ''] = signature.split('\n')
  const bytes = Buffer.from(line, 'base64')
  const prefix = 'trusted comment: '
  if (bytes.length !== 2 + ID + SIGNATURE || !comment.startsWith(prefix)) throw new Error('it is not a signature')
  if (bytes.toString('latin1', 0, 2) !== 'ED') throw new Error('it is of a kind that is not taken')
  const id = bytes.toString('hex', 2, 2 + ID)
  const key = keys.find(key => key.id === id)
  if (key === undefined) throw new Error(`it is made with a key that is not ours (${id})`)
  const made = bytes.subarray(2 + ID)
  if (!isSignedBy(key, createHash('blake2b512').update(data).digest(), made)) {
    throw new Error('it belongs to something else')
  }
  const trusted = comment.slice(prefix.length)
  if (!isSignedBy(key, Buffer.concat([made, Buffer.from(trusted)]), Buffer.from(global, 'base64'))) {
    throw new Error('its comment was changed')
  }
  return trusted
}

function isSignedBy({ key }: ReleaseKey, data: Uint8Array, signature: Uint8Array): boolean {
  const publicKey = createPublicKey({ key: Buffer.concat([DER_PREFIX, key]), format: 'der', type: 'spki' })
  return signature.length === SIGNATURE && verify(null, data, publicKey, signature)
}
