import type { PartContext } from '@aws-vault/plugin-sdk'
import { type ProgramEnvironment, runProgram } from '@aws-vault/plugin-sdk/program'
import { decryptionError, GPG_ERR, statuses } from './gpg-status.ts'

/** Where the secret key for an entry is, as far as gpg knows. */
type KeyPlace = 'nowhere' | 'on a smartcard' | 'here'

/**
 * Finds out why gpg could not decrypt. `pass` tells it to be quiet, and then it says "no secret key" whatever it was: a
 * window that was closed, a missing pinentry, a smartcard that is not there.
 * @param stderr what it wrote when it failed
 * @returns a number of {@link GPG_ERR}; `undefined` when it cannot be known
 */
export async function whyLocked(
  stderr: string,
  file: string,
  { environment, signal }: { readonly environment: ProgramEnvironment; readonly signal: PartContext['signal'] },
): Promise<number | undefined> {
  const known = decryptionError(stderr)
  if (known !== undefined) return known
  const gpg = (...args: string[]) =>
    runProgram({ file: 'gpg', args: ['--batch', ...args], environment, signal, timeoutSeconds: 60 })
  const listed = await gpg('--list-secret-keys', '--with-colons')
  const wanted = statuses(stderr, 'ENC_TO').map(line => line.split(' ')[0] ?? '')
  const place = placeOf(wanted, listed.stdout.toString())
  if (place === 'nowhere') return GPG_ERR.NO_SECKEY
  if (place === 'on a smartcard') return GPG_ERR.CARD_NOT_PRESENT
  // Somebody was asked, and is not asked twice: a wrong passphrase or none.
  if (statuses(stderr, 'PINENTRY_LAUNCHED').length > 0) {
    const { GPG_TTY, DISPLAY, WAYLAND_DISPLAY } = environment
    return GPG_TTY || DISPLAY || WAYLAND_DISPLAY ? GPG_ERR.BAD_PASSPHRASE : GPG_ERR.ENOTTY
  }
  return decryptionError((await gpg('--status-fd=2', '--decrypt', file)).stderr)
}

/**
 * Looks for the keys of these IDs in `gpg --list-secret-keys --with-colons`: field 5 is a key's ID, field 15 where it is
 * (`#`: nowhere, `+`: here, else the number of a smartcard). An entry may hide for whom it is: then any key may do.
 */
export function placeOf(wanted: readonly string[], listing: string): KeyPlace {
  const records = listing.split('\n').map(line => line.split(':'))
  const places = records
    .filter(
      ([type, , , , id = '']) => (type === 'sec' || type === 'ssb') && (wanted.includes(id) || wanted.some(isHidden)),
    )
    .map(record => record[14] ?? '')
    .filter(place => place !== '#')
  if (places.length === 0) return 'nowhere'
  return places.every(place => place !== '' && place !== '+') ? 'on a smartcard' : 'here'
}

const isHidden = (id: string): boolean => /^0+$/.test(id)
