import type { Item } from '@aws-vault/plugin-sdk'
import { VaultError } from '@aws-vault/plugin-sdk'

/** The members of an item's payload, by name as they stand there. */
export type Members = Readonly<Record<string, unknown>>

/** What a payload is, for messages. */
export interface Subject {
  /** E.g. `the keys of profile "dev"`. */
  readonly name: string
  readonly profile: string
  /** What to do when it cannot be read. */
  readonly hint: string
}

/**
 * Reads an item's payload, a JSON object.
 * @throws VaultError ERR_VAULT_ITEM when it is something else
 */
export function readMembers(item: Item, subject: Subject): Members {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(item.data))
  } catch {
    throw unreadable(subject, 'it is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unreadable(subject, 'it is not a JSON object')
  }
  return value as Members
}

/** An object as payload bytes. */
export function writeMembers(members: Members): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(members))
}

/** A member's value. Capitals do not matter, and of several the last counts, as in the Go tool's JSON reader. */
export function member(members: Members, name: string): unknown {
  const wanted = name.toLowerCase()
  return Object.entries(members).findLast(([present]) => present.toLowerCase() === wanted)?.[1]
}

/** All members but those of the given names. */
export function otherMembers(members: Members, names: readonly string[]): Members {
  const known = new Set(names.map(name => name.toLowerCase()))
  return Object.fromEntries(Object.entries(members).filter(([name]) => !known.has(name.toLowerCase())))
}

/**
 * A member that is text, or absent or null, which count as empty.
 * @throws VaultError ERR_VAULT_ITEM when it is something else
 */
export function textMember(members: Members, name: string, subject: Subject): string {
  const value = member(members, name) ?? ''
  if (typeof value !== 'string') {
    throw unreadable(subject, `${name} is not text`)
  }
  return value
}

/**
 * A point in time as RFC 3339 text; `undefined` if it is absent, null, or Go's zero time.
 * @throws VaultError ERR_VAULT_ITEM when it is something else
 */
export function timeMember(members: Members, name: string, subject: Subject): Date | undefined {
  const text = textMember(members, name, subject)
  if (text === '' || text === zeroTime) {
    return undefined
  }
  const time = new Date(rfc3339.test(text) ? text : Number.NaN)
  if (Number.isNaN(time.getTime())) {
    throw unreadable(subject, `${name} is not a time`)
  }
  return time
}

/** A point in time as the Go tool writes it: RFC 3339, UTC, whole seconds. */
export function formatTime(time: Date): string {
  return time.toISOString().replace(/\.\d{3}Z$/, 'Z')
}

/** How Go writes the time that is no time. */
export const zeroTime = '0001-01-01T00:00:00Z'

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

/** The error for an item that cannot be used. Says what is wrong, never what stands there. */
export function unreadable(subject: Subject, why: string): VaultError {
  const { name, profile, hint } = subject
  return new VaultError('ERR_VAULT_ITEM', `what is stored as ${name} cannot be used: ${why}`, {
    hint,
    facts: { profile },
  })
}
