import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { KeyringStorageError, type Logger } from '@aws-vault/plugin-sdk'
import { CallError, type Daemon, Variant } from '@aws-vault/plugin-sdk/dbus'
import { KeyAgreement } from './key-agreement.ts'
import { SERVICE, SERVICE_PATH } from './service.ts'

/** RFC 2409's second Oakley group, HKDF (RFC 5869) with SHA-256, AES-128-CBC with PKCS #7 padding. */
const ENCRYPTED = 'dh-ietf1024-sha256-aes128-cbc-pkcs7'

/** A secret as it goes over the bus: session, parameters (the cipher's IV), value, content type. D-Bus type `(oayays)`. */
export type WireSecret = readonly [string, Uint8Array, Uint8Array, string]

/** A session with the service, under whose key secrets go over the bus. */
export class SecretSession {
  readonly path: string
  readonly #key: Uint8Array | undefined

  constructor(path: string, key: Uint8Array | undefined) {
    this.path = path
    this.#key = key
  }

  /** Prepares an item's bytes for the bus. */
  seal(value: Uint8Array): WireSecret {
    if (this.#key === undefined) return [this.path, new Uint8Array(), value, 'application/json']
    const iv = randomBytes(16)
    const cipher = createCipheriv('aes-128-cbc', this.#key, iv)
    return [this.path, iv, Buffer.concat([cipher.update(value), cipher.final()]), 'application/json']
  }

  /** @throws KeyringStorageError when it was not encrypted under this session's key */
  open([, iv, value]: WireSecret): Uint8Array {
    if (this.#key === undefined) return value
    try {
      const decipher = createDecipheriv('aes-128-cbc', this.#key, iv)
      return Buffer.concat([decipher.update(value), decipher.final()])
    } catch (cause) {
      throw new KeyringStorageError('the Secret Service sent a secret that does not belong to our session', {
        hint: 'try again',
        facts: { keyring: 'secret-service' },
        cause,
      })
    }
  }
}

/** Opens a session: encrypted, or in plain where the service or our own cryptography knows no better, which is said. */
export async function openSession(daemon: Daemon, logger: Logger): Promise<SecretSession> {
  const own = keyPair()
  const encrypted = own && (await openEncrypted(daemon, own))
  if (encrypted !== undefined) return encrypted
  const who = own === undefined ? 'this machine’s cryptography is limited and' : 'the Secret Service'
  logger.warn(`${who} cannot encrypt its sessions: secrets go over the session bus in plain`)
  const [, path] = await daemon.call(SERVICE_PATH, SERVICE, 'OpenSession', 'sv', ['plain', new Variant('s', '')])
  return new SecretSession(path as string, undefined)
}

/** @returns undefined where small groups are forbidden (FIPS) */
function keyPair(): KeyAgreement | undefined {
  try {
    return new KeyAgreement()
  } catch {
    return undefined
  }
}

/** @returns undefined when the service does not support it */
async function openEncrypted(daemon: Daemon, own: KeyAgreement): Promise<SecretSession | undefined> {
  const key = new Variant('ay', own.publicKey)
  let answer: readonly unknown[]
  try {
    answer = await daemon.call(SERVICE_PATH, SERVICE, 'OpenSession', 'sv', [ENCRYPTED, key])
  } catch (error) {
    if (error instanceof CallError && error.errorName === 'org.freedesktop.DBus.Error.NotSupported') return undefined
    throw error
  }
  const [theirs, path] = answer as [Variant, string]
  return new SecretSession(path, sharedKey(own, theirs.value as Uint8Array))
}

function sharedKey(own: KeyAgreement, theirs: Uint8Array): Uint8Array {
  let shared: Buffer
  try {
    shared = own.secret(theirs)
  } catch (cause) {
    // A key with which the secret would be known to all, such as 0 or 1.
    throw new KeyringStorageError('the Secret Service offered a key that must not be used', {
      hint: 'see which program is the Secret Service of this session, and restart it',
      facts: { keyring: 'secret-service' },
      cause,
    })
  }
  return new Uint8Array(hkdfSync('sha256', shared, '', '', 16))
}
