import { statSync } from 'node:fs'

/**
 * What to tell somebody who runs us as root in another user's home directory (`sudo -E`): what is written there would be
 * root's, and that user could not read it. `undefined` where all is well, or it cannot be told.
 */
export function foreignHome(home: string, userId = process.getuid?.()): string | undefined {
  if (userId !== 0) return undefined
  const owner = statSync(home, { throwIfNoEntry: false })?.uid
  if (owner === undefined || owner === 0) return undefined
  return `${home} belongs to another user, who could not use what root stores there: run this without sudo`
}
