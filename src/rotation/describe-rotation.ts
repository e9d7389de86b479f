import type { RotationResult } from './run-rotation.ts'

/** What became of a profile's keys, in words for the user. Pure. */
export function describeRotation(result: RotationResult): string[] {
  const {
    profile,
    status,
    profiles = [],
    oldKeyId,
    newKeyId,
    afterwards,
    keptUntil,
    deletedLater,
    oldKeyHeldBy,
  } = result
  const others = profiles.filter(name => name !== profile)
  const also = others.length === 0 ? '' : ` (and of ${others.map(name => `"${name}"`).join(', ')}, which had the same)`
  const old = {
    delete: 'is deleted',
    keep: 'is deactivated',
    grace: `is deactivated; after ${keptUntil} the next aws-vault rotate deletes it`,
  }
  const later = deletedLater === undefined ? [] : [`Deleted ${deletedLater}, which an earlier rotation had kept.`]
  if (status === 'young') return [...later, `The key of profile "${profile}" is young enough.`]
  if (status === 'rotated by another')
    return [`The key of profile "${profile}" has just been rotated by another aws-vault.`]
  const verb = status === 'finished' ? 'Finished an earlier rotation of' : 'Rotated'
  return [
    ...later,
    `${verb} the key of profile "${profile}"${also}: ${newKeyId} took the place of ${oldKeyId}.`,
    oldKeyHeldBy === undefined
      ? `The old key ${old[afterwards ?? 'delete']}.`
      : `The old key stays: it is stored for ${oldKeyHeldBy.map(name => `"${name}"`).join(', ')}.`,
  ]
}
