import { type PromptRequest, VaultError } from '@aws-vault/plugin-sdk'
import type { ListedKey } from './ports.ts'

/** Whose keys are in the way, and how to find out which may go. */
export interface RoomWishes {
  readonly profile: string
  /** All of the user's keys but the one in use. */
  readonly others: readonly ListedKey[]
  /** Which profiles of the vault hold which key. */
  readonly holders: ReadonlyMap<string, readonly string[]>
  readonly deleteOldest: boolean
  ask(request: PromptRequest): Promise<string>
}

/**
 * The key that shall be deleted so that a new one can be made: AWS allows two. Never one that is stored for any profile.
 * @throws VaultError ERR_ROTATE_NO_ROOM when none may be
 */
export async function makeRoom({ profile, others, holders, deleteOldest, ask }: RoomWishes): Promise<ListedKey> {
  const free = others.filter(({ accessKeyId }) => !holders.has(accessKeyId)).sort((a, b) => age(a) - age(b))
  const [oldest] = free
  if (oldest === undefined) {
    const held = others.map(({ accessKeyId }) => `${accessKeyId} (${holders.get(accessKeyId)?.join(', ')})`).join(', ')
    throw noRoom(profile, `${held} is stored for another profile`, 'rotate that one, or remove it')
  }
  if (deleteOldest) return oldest
  for (const key of free) {
    const message = `The user of profile ${profile} has another key, ${describe(key)}. Delete it to make room? (y|N)`
    const answer = await ask({ message, secret: false, instead: 'use --delete-oldest' })
    if (/^y(es)?$/i.test(answer.trim())) return key
  }
  throw noRoom(profile, `${free.map(describe).join(' and ')} shall stay`, 'delete one, or use --delete-oldest')
}

const age = ({ created }: ListedKey): number => created?.getTime() ?? 0

const describe = ({ accessKeyId, active, created }: ListedKey): string =>
  `${accessKeyId} (${active ? 'active' : 'inactive'}${created === undefined ? '' : `, of ${created.toISOString().slice(0, 10)}`})`

function noRoom(profile: string, why: string, hint: string): VaultError {
  return new VaultError('ERR_ROTATE_NO_ROOM', `there is no room for a new key of profile "${profile}": ${why}`, {
    hint,
    facts: { profile },
  })
}
