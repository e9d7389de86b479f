import { type Item, VaultError } from '@aws-vault/plugin-sdk'
import { decodeRotationKey, encodeRotationKey } from '../vault/session-key.ts'
import type { Afterwards, Journal, Phase, RetiredKey } from './journal.ts'

const phases: readonly string[] = ['creating', 'created', 'verified', 'switched', 'sessions-dropped', 'deactivated']
const endings: readonly string[] = ['delete', 'keep', 'grace']

/**
 * The item that holds a journal. Ours alone: its name begins with `oidc:`, so that the Go tool takes it for a token of
 * single sign-on that it never asks for, and neither for keys nor for a session, which it would delete.
 */
export function encodeJournal(journal: Journal): Item {
  return item('rotate', journal.profiles[0], journal)
}

/** @throws VaultError ERR_VAULT_ITEM when there is none in it */
export function decodeJournal({ key, data }: Item): Journal {
  const members = membersOf(key, data)
  const { phase, profiles, oldKeyId, before, startedAt, failedAt, afterwards, graceSeconds, newKeyId, newSecret } =
    members
  const isRight =
    phases.includes(phase as string) &&
    isTexts(profiles) &&
    profiles.length > 0 &&
    typeof oldKeyId === 'string' &&
    isTexts(before) &&
    typeof startedAt === 'number' &&
    endings.includes(afterwards as string) &&
    typeof graceSeconds === 'number'
  if (!isRight) throw unreadable(key)
  return {
    phase: phase as Phase,
    profiles: profiles as [string, ...string[]],
    oldKeyId,
    before,
    startedAt,
    ...(typeof failedAt === 'number' && { failedAt }),
    afterwards: afterwards as Afterwards,
    graceSeconds,
    ...(typeof newKeyId === 'string' && { newKeyId }),
    ...(typeof newSecret === 'string' && { newSecret }),
  }
}

/** The item that says which old key waits to be deleted. */
export function encodeRetiredKey(key: RetiredKey): Item {
  return item('rotated', key.profiles[0], key)
}

/** @throws VaultError ERR_VAULT_ITEM when there is none in it */
export function decodeRetiredKey({ key, data }: Item): RetiredKey {
  const { profiles, accessKeyId, deleteAfter } = membersOf(key, data)
  const isRight =
    isTexts(profiles) && profiles.length > 0 && typeof accessKeyId === 'string' && typeof deleteAfter === 'number'
  if (!isRight) throw unreadable(key)
  return { profiles: profiles as [string, ...string[]], accessKeyId, deleteAfter }
}

function item(kind: 'rotate' | 'rotated', profile: string, content: object): Item {
  return {
    key: encodeRotationKey(kind, profile),
    data: new TextEncoder().encode(JSON.stringify({ version: 1, ...content })),
    label: `aws-vault rotation of ${profile}`,
    description: 'aws-vault rotation',
    attributes: { KeychainNotTrustApplication: true },
  }
}

function membersOf(key: string, data: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data))
    if (typeof value === 'object' && value !== null && 'version' in value && value.version === 1) {
      return value as Record<string, unknown>
    }
  } catch {
    // Said below.
  }
  throw unreadable(key)
}

function unreadable(key: string): VaultError {
  const profile = decodeRotationKey(key)?.profile ?? key
  return new VaultError('ERR_VAULT_ITEM', `what is stored as ${key}, of a rotation, cannot be used`, {
    hint: `finish the rotation with the version of aws-vault that wrote it, or give it up: aws-vault rotate --forget ${profile}`,
    facts: { profile },
  })
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every(member => typeof member === 'string')
