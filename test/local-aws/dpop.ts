import { createPublicKey, hash, type JsonWebKey, verify } from 'node:crypto'

/** What a proof must be for. */
export interface ProofExpectation {
  /** The method of the request. */
  readonly method: string
  /** Its address without query. */
  readonly url: string
  /** Milliseconds since 1970. */
  readonly now: number
  /** Proofs that were shown before, by their `jti`; this one is added. */
  readonly seen: Set<string>
}

/** How far the time of a proof may be away. */
const allowedSkewSeconds = 300

/**
 * Verifies a proof of possession (DPoP, RFC 9449, 4.3).
 * @returns the thumbprint of its key (RFC 7638)
 * @throws Error that says what is wrong with it
 */
export function verifyProof(proof: string | undefined, { method, url, now, seen }: ProofExpectation): string {
  const [head = '', payload = '', signature = '', ...more] = (proof ?? '').split('.')
  const [header, claims] = [parse(head), parse(payload)]
  const wellFormed = more.length === 0 && [head, payload, signature].every(part => /^[\w-]+$/.test(part))
  if (!wellFormed || header === undefined || claims === undefined) throw new Error('it is no JWT')
  const { typ, alg, jwk } = header as { typ?: unknown; alg?: unknown; jwk?: JsonWebKey }
  if (typ !== 'dpop+jwt' || alg !== 'ES256') throw new Error('it is of another type or algorithm')
  if (jwk?.kty !== 'EC' || jwk.crv !== 'P-256' || jwk.d !== undefined) throw new Error('it has no public key of P-256')
  const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const
  if (!verify('sha256', Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url'))) {
    throw new Error('its signature is wrong')
  }
  const { htm, htu, iat, jti } = claims
  if (htm !== method || htu !== url) throw new Error('it is for another request')
  if (typeof iat !== 'number' || Math.abs(now / 1000 - iat) > allowedSkewSeconds)
    throw new Error('it is of another time')
  if (typeof jti !== 'string' || jti === '' || seen.has(jti)) throw new Error('it was used before')
  seen.add(jti)
  return hash('sha256', JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }), 'base64url')
}

function parse(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
