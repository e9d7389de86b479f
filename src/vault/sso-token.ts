import type { Item, SsoClient, SsoToken } from '@aws-vault/plugin-sdk'
import {
  formatTime,
  type Members,
  member,
  otherMembers,
  readMembers,
  type Subject,
  textMember,
  timeMember,
  unreadable,
  writeMembers,
} from './payload.ts'
import { encodeSsoTokenKey } from './session-key.ts'

/** Members of `Token`, which is what CreateToken answers. */
const answerMembers = ['AccessToken', 'ExpiresIn', 'IdToken', 'RefreshToken', 'TokenType', 'ResultMetadata'] as const

/** Our own member beside `Token` and `Expiration`. The Go tool skips members that it does not know. */
const clientMember = 'AwsVaultClient'

/**
 * The item that holds a login: what the Go tool writes, and the registration that is needed to renew it.
 * @param now milliseconds since 1970
 * @param previous the item that it takes the place of, whose unknown members are kept
 */
export function encodeSsoToken(startUrl: string, token: SsoToken, now: number, previous?: Item): Item {
  const { accessToken, refreshToken, client } = token
  const expiration = formatTime(token.expiration)
  const old = previous === undefined ? {} : membersOrNone(previous)
  return {
    key: encodeSsoTokenKey(startUrl),
    data: writeMembers({
      Token: {
        AccessToken: accessToken,
        ExpiresIn: Math.max(0, Math.round((token.expiration.getTime() - now) / 1000)),
        IdToken: null,
        RefreshToken: refreshToken ?? null,
        TokenType: 'Bearer',
        ResultMetadata: {},
        ...otherMembers(objectMember(old, 'Token') ?? {}, answerMembers),
      },
      Expiration: expiration,
      ...(client && {
        [clientMember]: { Id: client.id, Secret: client.secret, Expiration: formatTime(client.expiration) },
      }),
      ...otherMembers(old, ['Token', 'Expiration', clientMember]),
    }),
    label: `aws-vault oidc token for ${startUrl} (expires ${expiration})`,
    description: 'aws-vault oidc token',
    attributes: { ...previous?.attributes, KeychainNotTrustApplication: false },
  }
}

/**
 * The login in an item that {@link encodeSsoToken} or the Go tool made.
 * @throws VaultError ERR_VAULT_ITEM when there is none in it
 */
export function decodeSsoToken(startUrl: string, item: Item): SsoToken {
  const subject: Subject = {
    name: `the login to ${startUrl}`,
    profile: startUrl,
    hint: 'log in again with: aws-vault sso login',
  }
  const members = readMembers(item, subject)
  const answer = objectMember(members, 'Token')
  const accessToken = answer && textMember(answer, 'AccessToken', subject)
  const expiration = timeMember(members, 'Expiration', subject)
  if (answer === undefined || !accessToken || expiration === undefined) throw unreadable(subject, 'it is empty')
  const refreshToken = textMember(answer, 'RefreshToken', subject)
  const client = clientIn(members, subject)
  return {
    accessToken,
    expiration,
    ...(refreshToken !== '' && { refreshToken }),
    ...(client !== undefined && { client }),
  }
}

function clientIn(members: Members, subject: Subject): SsoClient | undefined {
  const client = objectMember(members, clientMember)
  if (client === undefined) return undefined
  const id = textMember(client, 'Id', subject)
  const secret = textMember(client, 'Secret', subject)
  const expiration = timeMember(client, 'Expiration', subject)
  return id === '' || secret === '' || expiration === undefined ? undefined : { id, secret, expiration }
}

function objectMember(members: Members, name: string): Members | undefined {
  const value = member(members, name)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined
}

/** What cannot be read has nothing worth keeping. */
function membersOrNone(item: Item): Members {
  try {
    return readMembers(item, { name: '', profile: '', hint: '' })
  } catch {
    return {}
  }
}
