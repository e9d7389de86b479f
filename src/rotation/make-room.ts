import { type PromptRequest, VaultError } from '@aws-vault/plugin-sdk'
import type { Holders } from './holders.ts'
import type { LastUse, ListedKey, RoomReason } from './ports.ts'

/** What the user agreed to beforehand. */
export interface Agreed {
  /** Whichever key is not in use may go. */
  readonly deleteOldest: boolean
  /** This one may go, and no other. */
  readonly deleteKey?: string | undefined
}

/** Whose keys are in the way, and how to find out which may go. */
export interface RoomWishes {
  readonly profile: string
  /** All of the user's keys but the one in use. */
  readonly others: readonly ListedKey[]
  /** The one in use. */
  readonly own: ListedKey | undefined
  readonly reason: RoomReason
  readonly holders: Holders
  readonly agreed: Agreed
  /** Milliseconds since 1970. */
  readonly now: number
  lastUse(accessKeyId: string): Promise<LastUse>
  ask(request: PromptRequest): Promise<string>
}

/**
 * The key that shall be deleted so that a new one can be made: AWS allows two. Never one that is stored for any profile,
 * and none that nobody agreed to.
 * @throws VaultError ERR_ROTATE_NO_ROOM when none may; ERR_PROMPT_UNAVAILABLE when nobody can be asked
 */
export async function makeRoom(wishes: RoomWishes): Promise<ListedKey> {
  const { profile, others, own, reason, holders, agreed, now, lastUse, ask } = wishes
  const free = others
    .filter(({ accessKeyId }) => holders.of(accessKeyId).length === 0)
    .sort((a, b) => timeOf(a) - timeOf(b))
  const [oldest] = free
  if (oldest === undefined) {
    const held = others.map(({ accessKeyId: id }) => `${id} (${holders.of(id).join(', ')})`).join(', ')
    throw noRoom(profile, `${held} is stored for another profile`, 'rotate that one, or remove it')
  }
  const { deleteOldest, deleteKey } = agreed
  if (deleteOldest) return oldest
  const named = free.find(({ accessKeyId }) => accessKeyId === deleteKey)
  if (named !== undefined) return named
  for (const key of free) {
    const described = describeKey(key, own, await lastUse(key.accessKeyId), now)
    const message =
      reason === 'room'
        ? `The user of profile ${profile} has another key, ${described}. Delete it to make room? (y|N)`
        : `An interrupted rotation of profile ${profile} may have made the key ${described}. Delete it? (y|N)`
    const instead = `if nobody needs it: aws-vault rotate --delete-key ${key.accessKeyId} ${profile}, or --delete-oldest`
    const answer = await ask({ message, secret: false, instead })
    if (/^y(es)?$/i.test(answer.trim())) return key
  }
  const ids = free.map(({ accessKeyId }) => accessKeyId)
  throw noRoom(profile, `${ids.join(' and ')} shall stay`, 'delete one, or store it for a profile of its own')
}

const timeOf = ({ created }: ListedKey): number => created?.getTime() ?? 0

const DAY = 86_400_000

const day = (date: Date): string => date.toISOString().slice(0, 10)

/** What a person needs to know of a key to decide whether it may go. Pure. */
export function describeKey(key: ListedKey, own: ListedKey | undefined, lastUse: LastUse, now: number): string {
  const { accessKeyId, active, created } = key
  const days = created === undefined ? 0 : Math.max(0, Math.floor((now - created.getTime()) / DAY))
  const age = days === 0 ? 'today' : `${days} ${days === 1 ? 'day' : 'days'} ago`
  const isNewer = own?.created !== undefined && created !== undefined && created > own.created
  const parts = [
    active ? 'active' : 'inactive',
    ...(created === undefined ? [] : [`made ${age}, ${day(created)}`]),
    ...(isNewer ? ['newer than the one in use'] : []),
    lastUse === 'never'
      ? 'never used'
      : lastUse === 'unknown'
        ? 'its last use is not known'
        : `last used ${day(lastUse.at)} (${lastUse.service})`,
  ]
  return `${accessKeyId} (${parts.join(', ')})`
}

function noRoom(profile: string, why: string, hint: string): VaultError {
  return new VaultError('ERR_ROTATE_NO_ROOM', `there is no room for a new key of profile "${profile}": ${why}`, {
    hint,
    facts: { profile },
  })
}
