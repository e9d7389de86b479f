import { VaultError } from '@aws-vault/plugin-sdk'

/** The longest description of a key, in bytes. */
const LONGEST_NAME = 4095

/**
 * Refuses names that no key of the kernel can have, or that its list could not be read with.
 * @throws VaultError `ERR_KEYRING_KEY`
 */
export function checkName(key: string): void {
  const problem = problemWith(key)
  if (problem === undefined) return
  const shown = JSON.stringify(key.length > 60 ? `${key.slice(0, 57)}...` : key)
  throw new VaultError('ERR_KEYRING_KEY', `the kernel keyring cannot hold an item named ${shown}: ${problem}`, {
    hint: 'choose another name for the profile',
    facts: { keyring: 'keyctl' },
  })
}

/** Whether an item of that name can be there at all. */
export const canHold = (key: string): boolean => problemWith(key) === undefined

/** The names of the `user` keys in what `keyctl list` writes. Keys that have expired or been revoked are left out by it. */
export function namesIn(list: string): string[] {
  return list.split('\n').flatMap(line => /^ *\d+: \S+ +-?\d+ +-?\d+ user: (.+)$/s.exec(line)?.[1] ?? [])
}

function problemWith(key: string): string | undefined {
  if (key === '') return 'the name is empty'
  if (key.includes('\0')) return 'the name has a NUL character'
  if (key.includes('\n')) return 'the name has a line end'
  if (!key.isWellFormed()) return 'the name is not valid Unicode'
  const length = Buffer.byteLength(key)
  return length > LONGEST_NAME ? `it has ${length} bytes, ${LONGEST_NAME} are the most` : undefined
}
