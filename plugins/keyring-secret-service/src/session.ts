import { createCipheriv, createDecipheriv, getDiffieHellman, hkdfSync, randomBytes } from 'node:crypto'
import { KeyringStorageError, type Logger } from '@aws-vault/plugin-sdk'
import { CallError, type Daemon, Variant } from '@aws-vault/plugin-sdk/dbus'
import { SERVICE, SERVICE_PATH } from './service.ts'

/** RFC 2409's second Oakley group, HKDF (RFC 5869) with SHA-256, AES-128-CBC with PKCS #7 padding. */
const ENCRYPTED = 'dh-ietf1024-sha256-aes128-cbc-pkcs7'

/** The group's prime has so many bytes, and so has the shared secret that the key is derived from. */
const GROUP_BYTES = 128

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

/** Opens a session: encrypted, or in plain where the service knows no better, which is said. */
export async function openSession(daemon: Daemon, logger: Logger): Promise<SecretSession> {
  try {
    return await openEncrypted(daemon)
  } catch (error) {
    if (!isNotSupported(error)) throw error
    logger.warn('the Secret Service cannot encrypt what it sends: secrets go over the session bus in plain')
    const [, path] = await daemon.call(SERVICE_PATH, SERVICE, 'OpenSession', 'sv', ['plain', new Variant('s', '')])
    return new SecretSession(path as string, undefined)
  }
}

async function openEncrypted(daemon: Daemon): Promise<SecretSession> {
  const own = getDiffieHellman('modp2')
  const publicKey = own.generateKeys()
  const answer = await daemon.call(SERVICE_PATH, SERVICE, 'OpenSession', 'sv', [
    ENCRYPTED,
    new Variant('ay', publicKey),
  ])
  const [{ value: theirs }, path] = answer as [Variant, string]
  const shared = own.computeSecret(theirs as Uint8Array)
  // Both sides count leading zeros as part of it.
  const padded = Buffer.concat([Buffer.alloc(GROUP_BYTES - shared.length), shared])
  return new SecretSession(path, new Uint8Array(hkdfSync('sha256', padded, '', '', 16)))
}

const isNotSupported = (error: unknown): boolean =>
  error instanceof CallError && error.errorName === 'org.freedesktop.DBus.Error.NotSupported'
