import { deleteRetired } from './delete-retired.ts'
import type { Journal, RetiredKey } from './journal.ts'
import type { Agreed } from './make-room.ts'
import type { RotationPorts } from './ports.ts'
import { type Rotated, type RotationRequest, rotateKey } from './rotate-key.ts'

/** What shall be rotated, and what the keyring has of earlier rotations. */
export interface StoredRotation {
  readonly request: RotationRequest
  /** One that was not finished. */
  readonly journal: Journal | undefined
  /** An old key that waits to be deleted. */
  readonly retired: RetiredKey | undefined
  readonly agreed: Agreed
  /** Keys that are younger are left alone. */
  readonly olderThanSeconds?: number | undefined
}

/** What became of a stored key; without `rotated` it was young enough. */
export interface StoredOutcome {
  readonly rotated?: Rotated
  /** An old key that an earlier rotation had kept, and that is deleted now. */
  readonly deletedLater?: string
}

/**
 * Rotates a stored key: what an earlier run left unfinished is finished first, and is then all that is done, unless it
 * had to be undone.
 * @throws whatever the ports throw; what is left is then in the keyring, for the next run
 */
export async function rotateStored(wanted: StoredRotation, ports: RotationPorts): Promise<StoredOutcome> {
  const { request, journal, retired, agreed, olderThanSeconds } = wanted
  if (journal !== undefined) return { rotated: await rotateKey(request, journal, withRetired(ports, retired)) }
  const wishes = { profile: request.profiles[0], agreed, isPatient: olderThanSeconds !== undefined }
  const deletedLater = retired && (await deleteRetired(retired, wishes, ports))
  const deleted = deletedLater === undefined ? {} : { deletedLater }
  if (olderThanSeconds !== undefined && (await isYoung(request.oldKeyId, olderThanSeconds, ports))) return deleted
  return { rotated: await rotateKey(request, undefined, withRetired(ports, retired)), ...deleted }
}

/** A key that waited to be deleted may have to make room before. */
function withRetired(ports: RotationPorts, retired: RetiredKey | undefined): RotationPorts {
  if (retired === undefined) return ports
  const { iam, forgetRetired } = ports
  return {
    ...ports,
    iam: {
      ...iam,
      delete: async accessKeyId => {
        await iam.delete(accessKeyId)
        if (accessKeyId === retired.accessKeyId) await forgetRetired(retired)
      },
    },
  }
}

async function isYoung(accessKeyId: string, seconds: number, { iam, say, now }: RotationPorts): Promise<boolean> {
  say('looking how old they are')
  const created = (await iam.list()).find(key => key.accessKeyId === accessKeyId)?.created
  return created !== undefined && now() - created.getTime() < seconds * 1000
}
