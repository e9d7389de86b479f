import type { Item, SignInLogin } from '@aws-vault/plugin-sdk'
import { member, otherMembers, readMembers, type Subject, textMember, unreadable, writeMembers } from './payload.ts'
import { encodeSignInKey } from './session-key.ts'

const names = ['ClientId', 'RefreshToken', 'ProofKey', 'Region'] as const

/**
 * The item that holds a sign-in. Ours alone: the Go tool knows no sign-ins, and takes it for a token of single sign-on
 * that it never asks for.
 * @param previous the item that it takes the place of, whose unknown members are kept
 */
export function encodeSignInLogin(loginSession: string, login: SignInLogin, previous?: Item): Item {
  const { clientId, refreshToken, proofKey, region } = login
  return {
    key: encodeSignInKey(loginSession),
    data: writeMembers({
      ClientId: clientId,
      RefreshToken: refreshToken,
      ProofKey: { kty: 'EC', crv: 'P-256', ...proofKey },
      Region: region,
      ...(previous === undefined ? {} : otherMembers(readMembers(previous, subjectOf(loginSession)), names)),
    }),
    label: `aws-vault sign-in of ${loginSession}`,
    description: 'aws-vault sign-in',
    attributes: { ...previous?.attributes, KeychainNotTrustApplication: false },
  }
}

/**
 * The sign-in in an item that {@link encodeSignInLogin} made.
 * @throws VaultError ERR_VAULT_ITEM when there is none in it
 */
export function decodeSignInLogin(loginSession: string, item: Item): SignInLogin {
  const subject = subjectOf(loginSession)
  const members = readMembers(item, subject)
  const [clientId, refreshToken, region] = (['ClientId', 'RefreshToken', 'Region'] as const).map(name =>
    textMember(members, name, subject),
  )
  const key = member(members, 'ProofKey')
  if (!clientId || !refreshToken || !region || typeof key !== 'object' || key === null) {
    throw unreadable(subject, 'it is empty')
  }
  const [x, y, d] = ['x', 'y', 'd'].map(name => (key as Record<string, unknown>)[name])
  if (!isCoordinate(x) || !isCoordinate(y) || !isCoordinate(d)) throw unreadable(subject, 'ProofKey is no key')
  return { clientId, refreshToken, proofKey: { x, y, d }, region }
}

/** 32 bytes in base64url. */
const isCoordinate = (value: unknown): value is string => typeof value === 'string' && /^[\w-]{43}$/.test(value)

const subjectOf = (loginSession: string): Subject => ({
  name: `the sign-in of ${loginSession}`,
  profile: loginSession,
  hint: 'remove it with: aws-vault clear --type login',
})
