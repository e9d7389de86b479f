import type { Clock, SignInLogin } from '@aws-vault/plugin-sdk'

/** A key whose possession is proven with each call, and without which a stolen refresh token is worth nothing. */
export type ProofKey = SignInLogin['proofKey']

const curve = { kty: 'EC', crv: 'P-256' } as const

/** A new key. */
export async function makeProofKey(): Promise<ProofKey> {
  const { generateKeyPairSync } = await import('node:crypto')
  const {
    x = '',
    y = '',
    d = '',
  } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    format: 'jwk',
  })
  return { x, y, d }
}

/** What a proof is for. */
export interface ProvenRequest {
  readonly method: string
  /** Its address without query. */
  readonly url: string
}

/** A proof that whoever sends a request has the key (DPoP, RFC 9449, 4.2). Good once, and for some minutes. */
export async function makeProof(
  { d, ...point }: ProofKey,
  { method, url }: ProvenRequest,
  clock: Clock,
): Promise<string> {
  const [{ createPrivateKey, randomUUID }, { SignJWT }] = await Promise.all([
    import('node:crypto'),
    import('jose/jwt/sign'),
  ])
  const jwk = { ...curve, x: point.x, y: point.y }
  return new SignJWT({ htm: method, htu: url })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
    .setIssuedAt(Math.floor(clock.now() / 1000))
    .setJti(randomUUID())
    .sign(createPrivateKey({ key: { ...jwk, d }, format: 'jwk' }))
}
