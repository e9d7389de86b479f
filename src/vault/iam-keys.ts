import type { Credentials, Item } from '@aws-vault/plugin-sdk'
import {
  formatTime,
  member,
  otherMembers,
  readMembers,
  type Subject,
  textMember,
  timeMember,
  unreadable,
  writeMembers,
  zeroTime,
} from './payload.ts'

const names = ['AccessKeyID', 'SecretAccessKey', 'SessionToken', 'Source', 'CanExpire', 'Expires'] as const

/**
 * The item that holds a profile's long-lived keys, member for member what the Go tool writes.
 * @param previous the item that it takes the place of, whose unknown members are kept; leave it out when the new keys
 *   may be another account's
 */
export function encodeIamKeys(profile: string, keys: Credentials, previous?: Item): Item {
  const kept = previous === undefined ? {} : otherMembers(readMembers(previous, subjectOf(profile)), names)
  return {
    key: profile,
    data: writeMembers({
      AccessKeyID: keys.accessKeyId,
      SecretAccessKey: keys.secretAccessKey,
      SessionToken: keys.sessionToken ?? '',
      Source: '',
      CanExpire: keys.expiration !== undefined,
      Expires: keys.expiration === undefined ? zeroTime : formatTime(keys.expiration),
      ...kept,
    }),
    label: `aws-vault (${profile})`,
    description: '',
    attributes: { ...previous?.attributes, KeychainNotTrustApplication: true },
  }
}

/**
 * The keys in an item that {@link encodeIamKeys} or the Go tool made.
 * @throws VaultError ERR_VAULT_ITEM when there are none in it
 */
export function decodeIamKeys(item: Item): Credentials {
  const subject = subjectOf(item.key)
  const members = readMembers(item, subject)
  const accessKeyId = textMember(members, 'AccessKeyID', subject)
  const secretAccessKey = textMember(members, 'SecretAccessKey', subject)
  const sessionToken = textMember(members, 'SessionToken', subject)
  const expiration = member(members, 'CanExpire') === true ? timeMember(members, 'Expires', subject) : undefined
  if (accessKeyId === '' || secretAccessKey === '') {
    throw unreadable(subject, 'it is empty')
  }
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== '' && { sessionToken }),
    ...(expiration !== undefined && { expiration }),
  }
}

function subjectOf(profile: string): Subject {
  return { name: `the keys of profile "${profile}"`, profile, hint: `store them again with: aws-vault add ${profile}` }
}
