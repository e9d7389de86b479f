import { KeyringStorageError } from '@aws-vault/plugin-sdk'

/** The code of an error of the operating system, such as `ENOSPC`; `undefined` for any other error. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('syscall' in error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/**
 * What to throw for `error`, met while trying to do `what` (e.g. `write the item "dev"`) in `directory`: a
 * {@link KeyringStorageError} for an error of the operating system, any other error as it is.
 */
export function storageError(what: string, directory: string, error: unknown): unknown {
  const code = systemCode(error)
  if (code === undefined) return error
  const problem = problems[code]
  const hint = problem?.hint(directory)
  return new KeyringStorageError(`cannot ${what} in ${directory}: ${problem?.text ?? code}`, {
    ...(hint === undefined ? {} : { hint }),
    facts: { keyring: 'file', directory, systemCode: code },
    cause: error,
  })
}

interface Problem {
  readonly text: string
  hint(directory: string): string
}

const elsewhere = 'or use another directory: --file-dir DIRECTORY'
const full = (text: string): Problem => ({ text, hint: directory => `make room there: df -h '${directory}'` })
const denied: Problem = {
  text: 'permission denied',
  hint: directory => `see whose it is: ls -la '${directory}'; make it yours (chown, chmod u+rwx), ${elsewhere}`,
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
    hint: directory => `check the disk under ${directory}, and copy the directory elsewhere before you go on`,
  },
  EROFS: { text: 'the file system is read-only', hint: () => `mount it writable, ${elsewhere}` },
  EACCES: denied,
  EPERM: denied,
  ENOTDIR: {
    text: 'a part of its path is not a directory',
    hint: directory => `see what stands in the way: ls -ld '${directory}'; move it away, ${elsewhere}`,
  },
  EEXIST: {
    text: 'something that is not a directory has its name',
    hint: directory => `see what stands in the way: ls -ld '${directory}'; move it away, ${elsewhere}`,
  },
  EISDIR: {
    text: 'a directory stands in its place',
    hint: directory => `a keyring's directory holds files only; move what else is there away: ls -la '${directory}'`,
  },
}
