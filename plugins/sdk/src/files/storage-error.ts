import { KeyringStorageError } from '../errors.ts'

/** The code of an error of the operating system, such as `ENOSPC`; `undefined` for any other error. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('syscall' in error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** The directory of a keyring. */
export interface StoragePlace {
  /** The keyring's name. */
  readonly keyring: string
  readonly directory: string
  /** The flag that names another directory: `--file-dir`. */
  readonly flag: string
}

/**
 * What to throw for `error`, met while trying to do `what` (e.g. `write the item "dev"`) in a keyring's directory: a
 * {@link KeyringStorageError} for an error of the operating system, any other error as it is.
 */
export function storageError(what: string, place: StoragePlace, error: unknown): unknown {
  const { keyring, directory } = place
  const code = systemCode(error)
  if (code === undefined) return error
  const problem = problems[code]
  const hint = problem?.hint(place)
  return new KeyringStorageError(`cannot ${what} in ${directory}: ${problem?.text ?? code}`, {
    ...(hint === undefined ? {} : { hint }),
    facts: { keyring, directory, systemCode: code },
    cause: error,
  })
}

interface Problem {
  readonly text: string
  hint(place: StoragePlace): string
}

const elsewhere = ({ flag }: StoragePlace): string => `or use another directory: ${flag} DIRECTORY`
const full = (text: string): Problem => ({ text, hint: ({ directory }) => `make room there: df -h '${directory}'` })
const denied: Problem = {
  text: 'permission denied',
  hint: place =>
    `see whose it is: ls -la '${place.directory}'; make it yours (chown, chmod u+rwx), ${elsewhere(place)}`,
}

const problems: Readonly<Record<string, Problem>> = {
  ENOSPC: full('no space is left on the disk'),
  EDQUOT: full('your disk quota is used up'),
  EFBIG: {
    text: 'the file is larger than this process may write',
    hint: () => 'raise the limit (ulimit -f) and try again',
  },
  EIO: {
    text: 'the disk reports an error',
    hint: ({ directory }) => `check the disk under ${directory}, and copy the directory elsewhere before you go on`,
  },
  EROFS: { text: 'the file system is read-only', hint: place => `mount it writable, ${elsewhere(place)}` },
  EACCES: denied,
  EPERM: denied,
  ENOTDIR: {
    text: 'a part of its path is not a directory',
    hint: place => `see what stands in the way: ls -ld '${place.directory}'; move it away, ${elsewhere(place)}`,
  },
  ELOOP: {
    text: 'links lead in a circle',
    hint: place => `see where they lead: ls -la '${place.directory}'; mend them, ${elsewhere(place)}`,
  },
  EEXIST: {
    text: 'something that is not a directory has its name',
    hint: place => `see what stands in the way: ls -ld '${place.directory}'; move it away, ${elsewhere(place)}`,
  },
  EISDIR: {
    text: 'a directory stands in its place',
    hint: ({ directory }) =>
      `a keyring's directory holds files only; move what else is there away: ls -la '${directory}'`,
  },
}
