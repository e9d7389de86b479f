import { ANOTHER_KEYRING, KeyringStorageError, printable, VaultError } from '@aws-vault/plugin-sdk'
import type { ProgramEnd } from '@aws-vault/plugin-sdk/program'

/** The most bytes that a `user` key takes. */
export const LARGEST = 32_767

const facts = { keyring: 'keyctl' }

export const INSTALL =
  'the program keyctl is not installed (package keyutils: apt install keyutils, dnf install keyutils)'

/** Whether it failed because there is no such key, or not any more. */
export function isAbsent({ stderr }: ProgramEnd): boolean {
  return /required key not available|key has expired|key has been revoked|unlink: no such file/i.test(stderr)
}

/** The error for a machine without the program. */
export function commandMissing(cause: unknown): VaultError {
  return new VaultError('ERR_KEYCTL_NOT_FOUND', INSTALL, { hint: `install it, or ${ANOTHER_KEYRING}`, facts, cause })
}

/** @throws VaultError `ERR_KEYCTL_SIZE` when no key of the kernel can hold that much */
export function checkSize(key: string, size: number): void {
  if (size > 0 && size <= LARGEST) return
  throw new VaultError(
    'ERR_KEYCTL_SIZE',
    `the kernel keyring cannot hold the item "${printable(key)}" of ${size} bytes: a key has 1 to ${LARGEST}`,
    { hint: 'keep it in another keyring: --backend file', facts },
  )
}

/** Why the kernel's keyring cannot be used at all, for `available`. */
export function whyBlocked({ stderr, timedOut }: ProgramEnd): string {
  if (timedOut) return 'keyctl did not end in time'
  const said = printable(wordsOf(stderr))
  return isBlocked(stderr) ? `this system does not let us use the kernel's keyring (${said})` : said
}

/** What to throw when `keyctl` has failed. */
export function explain(what: string, end: ProgramEnd): VaultError {
  const { stderr, timedOut, code } = end
  const make = (errorCode: string, why: string, hint: string): VaultError =>
    new VaultError(errorCode, `cannot ${what}: ${why}`, { hint, facts })
  if (/disk quota exceeded/i.test(stderr)) {
    return make(
      'ERR_KEYCTL_QUOTA',
      "your share of the kernel's memory for keys is used up",
      'see what uses it: grep -H . /proc/key-users /proc/sys/kernel/keys/max*; remove sessions: aws-vault clear; ' +
        'or raise it: sysctl kernel.keys.maxkeys kernel.keys.maxbytes',
    )
  }
  if (isBlocked(stderr)) {
    return make(
      'ERR_KEYCTL_BLOCKED',
      "this system does not let us use the kernel's keyring",
      `containers often forbid it (seccomp); ${ANOTHER_KEYRING}`,
    )
  }
  if (timedOut) return new KeyringStorageError(`cannot ${what}: keyctl did not end in time`, { facts })
  const how = code === null ? 'it was ended by a signal' : `it ended with ${code}`
  return new KeyringStorageError(`cannot ${what}: keyctl failed: ${printable(wordsOf(stderr)) || how}`, {
    hint: 'look at the keyring: keyctl show @u',
    facts,
  })
}

const isBlocked = (stderr: string): boolean => /function not implemented|operation not permitted/i.test(stderr)

/** What it said, without what it says each time. */
function wordsOf(stderr: string): string {
  const lines = stderr.split('\n').filter(line => line.trim() !== '' && !line.startsWith('Joined session keyring'))
  return lines.join('; ').slice(0, 300)
}
