import { VaultError } from '@aws-vault/plugin-sdk'
import type { RetiredKey } from './journal.ts'
import type { Agreed } from './make-room.ts'
import type { RotationPorts } from './ports.ts'

/** When the old key of an earlier rotation may go. */
export interface RetirementWishes {
  readonly profile: string
  readonly agreed: Agreed
  /** Whether it may wait on where its time has not come: perhaps nothing is rotated at all. */
  readonly isPatient: boolean
}

/**
 * Deletes the old key that an earlier rotation had kept for a while when its time has come, or when room is wanted. One
 * that any profile has is left alone, and one that somebody made active again.
 * @returns the id of what was deleted
 * @throws VaultError ERR_ROTATE_GRACE when its time has not come
 */
export async function deleteRetired(
  retired: RetiredKey,
  { profile, agreed, isPatient }: RetirementWishes,
  { iam, holders, forgetRetired, now, say, warn }: RotationPorts,
): Promise<string | undefined> {
  const { accessKeyId, deleteAfter } = retired
  const isAgreed = agreed.deleteOldest || agreed.deleteKey === accessKeyId
  if (deleteAfter > now() && !isAgreed) {
    if (isPatient) return undefined
    const until = new Date(deleteAfter).toISOString()
    throw new VaultError(
      'ERR_ROTATE_GRACE',
      `the old key ${accessKeyId} of profile "${profile}" is kept until ${until}`,
      {
        hint: `delete it now: aws-vault rotate --delete-oldest ${profile}`,
        facts: { profile, accessKeyId, until },
      },
    )
  }
  const [holder] = holders.of(accessKeyId)
  const listed = (await iam.list()).find(key => key.accessKeyId === accessKeyId)
  const stays =
    holder !== undefined
      ? `profile "${holder}" has it again`
      : listed === undefined
        ? 'the user has no such key any more'
        : listed.active && !isAgreed
          ? 'somebody made it active again'
          : undefined
  if (stays === undefined) {
    say(`deleting ${accessKeyId}, which an earlier rotation had kept`)
    await iam.delete(accessKeyId)
  } else {
    warn(`the old key ${accessKeyId}, which an earlier rotation had kept, is not deleted: ${stays}`)
  }
  await forgetRetired(retired)
  return stays === undefined ? accessKeyId : undefined
}
