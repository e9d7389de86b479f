import type { Journal, KeyPair } from './journal.ts'

/** What is to be done next. */
export type Step =
  | 'create'
  | 'undo-creation'
  | 'verify'
  | 'switch'
  | 'drop-sessions'
  | 'deactivate'
  | 'delete'
  | 'retire'
  | 'forget'
  | 'abandon'

/**
 * The state machine of a rotation: what comes next follows from what the journal says and which keys are stored, however
 * it came to that. Pure. A working key is stored in every state: the old one until `switch`, which happens only after
 * the new one was seen to work, and the old one is touched only when it is stored nowhere any more.
 * @param journal absent when nothing was begun
 * @param stored ids of the keys that are stored for the journal's profiles
 */
export function nextStep(journal: Journal | undefined, stored: readonly (string | undefined)[]): Step {
  if (journal === undefined) return 'create'
  const { phase, oldKeyId, newKeyId, afterwards } = journal
  const holdsOld = stored.includes(oldKeyId)
  const holdsNew = newKeyId !== undefined && stored.includes(newKeyId)
  switch (phase) {
    case 'creating':
      return holdsOld ? 'undo-creation' : 'abandon'
    case 'created':
    case 'verified':
      if (holdsOld) return phase === 'created' ? 'verify' : 'switch'
      return holdsNew ? 'drop-sessions' : 'abandon'
    case 'switched':
    case 'sessions-dropped':
    case 'deactivated':
      // Somebody stored other keys meanwhile, perhaps the old one again.
      if (holdsOld || !holdsNew) return 'abandon'
      if (phase === 'switched') return 'drop-sessions'
      if (phase === 'sessions-dropped') return 'deactivate'
      return afterwards === 'delete' ? 'delete' : afterwards === 'grace' ? 'retire' : 'forget'
  }
}

/** The new key of a journal, as long as it is in there. Pure. */
export function newKeyOf({ newKeyId, newSecret }: Journal): KeyPair | undefined {
  return newKeyId === undefined || newSecret === undefined
    ? undefined
    : { accessKeyId: newKeyId, secretAccessKey: newSecret }
}
