import type { Credentials, Item } from '@aws-vault/plugin-sdk'
import {
  formatTime,
  member,
  readMembers,
  type Subject,
  textMember,
  timeMember,
  unreadable,
  writeMembers,
} from './payload.ts'
import { encodeSessionKey, type SessionKey, type SessionSlot } from './session-key.ts'

/** Credentials that end. */
export interface SessionCredentials extends Credentials {
  readonly expiration: Date
}

/** What a session was made for. */
export interface SessionRequest {
  /** Of all that was asked for, but for the time. */
  readonly fingerprint: string
  /** How long it was asked to live, in seconds. */
  readonly durationSeconds?: number
  /** Whether a person agreed that it is handed out: see confirmation.ts. */
  readonly isApproved?: boolean
}

/** What lies in a session's item. */
export interface SessionPayload {
  readonly credentials: SessionCredentials
  /** What it was made for; absent when another program made it. */
  readonly request?: SessionRequest
}

/** Our own members of a session's payload. The Go tool skips members that it does not know. */
const fingerprintMember = 'AwsVaultRequest'
const durationMember = 'AwsVaultSeconds'
const approvedMember = 'AwsVaultApproved'

/** The item that holds a session: what the Go tool writes, and what it was made for. */
export function encodeSession(slot: SessionSlot, credentials: SessionCredentials, request: SessionRequest): Item {
  const expiration = formatTime(credentials.expiration)
  return {
    key: encodeSessionKey(slot, credentials.expiration),
    data: writeMembers({
      AccessKeyId: credentials.accessKeyId,
      Expiration: expiration,
      SecretAccessKey: credentials.secretAccessKey,
      SessionToken: credentials.sessionToken ?? '',
      ...requestMembers(request),
    }),
    label: `aws-vault session for ${slot.profile} (expires ${expiration})`,
    description: 'aws-vault session',
    attributes: { KeychainNotTrustApplication: false },
  }
}

/**
 * The session in an item that {@link encodeSession} or the Go tool made. It ends at the earlier of the times in its key
 * and in its payload.
 * @throws VaultError ERR_VAULT_ITEM when there is none in it
 */
export function decodeSession(key: SessionKey, item: Item): SessionPayload {
  const subject = subjectOf(key)
  const members = readMembers(item, subject)
  const accessKeyId = textMember(members, 'AccessKeyId', subject)
  const secretAccessKey = textMember(members, 'SecretAccessKey', subject)
  const sessionToken = textMember(members, 'SessionToken', subject)
  const fingerprint = member(members, fingerprintMember)
  const durationSeconds = member(members, durationMember)
  const expiration = timeMember(members, 'Expiration', subject) ?? key.expiration
  if (accessKeyId === '' || secretAccessKey === '') {
    throw unreadable(subject, 'it is empty')
  }
  return {
    credentials: {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== '' && { sessionToken }),
      expiration: new Date(Math.min(expiration.getTime(), key.expiration.getTime())),
    },
    ...(typeof fingerprint === 'string' && {
      request: {
        fingerprint,
        ...(typeof durationSeconds === 'number' && { durationSeconds }),
        ...(member(members, approvedMember) === true && { isApproved: true }),
      },
    }),
  }
}

/** The same item with a word on what its session is good for. All else in it stays as it is. */
export function recordRequest(key: SessionKey, item: Item, request: SessionRequest): Item {
  const members = readMembers(item, subjectOf(key))
  return { ...item, data: writeMembers({ ...members, ...requestMembers(request) }) }
}

const requestMembers = ({ fingerprint, durationSeconds, isApproved }: SessionRequest): Record<string, unknown> => ({
  [fingerprintMember]: fingerprint,
  ...(durationSeconds !== undefined && { [durationMember]: durationSeconds }),
  ...(isApproved && { [approvedMember]: true }),
})

function subjectOf({ type, profile }: SessionKey): Subject {
  return {
    name: `a session of profile "${profile}" (${type})`,
    profile,
    hint: `remove it with: aws-vault clear ${profile}`,
  }
}
