import { randomBytes } from 'node:crypto'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** An id as IAM makes them: a prefix that says of what (AKIA, ASIA, AIDA, AROA) and sixteen letters and digits. */
export function randomId(prefix: string): string {
  return prefix + Array.from(randomBytes(16), byte => letters[byte % letters.length]).join('')
}

/** A secret access key: forty characters, `/` and `+` among them, as AWS's have. */
export function randomSecret(): string {
  return randomBytes(30).toString('base64')
}

/** A session token: opaque, some hundred characters, with all that base64 has, so that nobody forgets to encode it. */
export function randomToken(): string {
  return randomBytes(256).toString('base64')
}

/** A secret of an MFA device: 160 bits in base32, as RFC 4226 recommends. */
export function randomBase32(): string {
  return Array.from(randomBytes(32), byte => letters[byte % letters.length]).join('')
}
