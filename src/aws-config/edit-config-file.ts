import { randomBytes } from 'node:crypto'
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { isVaultError, VaultError } from '@aws-vault/plugin-sdk'

/** Runs a task while no other process of this user runs one under the same name, as `PartContext.withLock`. */
export type WithLock = <T>(name: string, task: () => Promise<T>) => Promise<T>

/**
 * Puts what `edit` makes of the config file in its place, while no other aws-vault edits it. The file is replaced at once
 * (written beside it, fsynced, renamed), keeps its mode and owner, and is followed when it is a symbolic link; a new one
 * is 0600, in directories of 0700. Editors know nothing of our lock: what one writes
 * at the same instant may be lost, as between two editors.
 * @param edit is given what stands in the file, nothing if there is none; `undefined` leaves it as it is
 * @returns whether it was written
 * @throws VaultError `ERR_CONFIG_WRITE`, with `words`, when it cannot be read or written; it is as it was. What `edit`
 *   throws is passed on when it is a VaultError
 */
export async function editConfigFile(
  file: string,
  withLock: WithLock,
  edit: (old: Buffer) => Uint8Array | undefined,
  words: { readonly hint: string; readonly facts?: Readonly<Record<string, unknown>> },
): Promise<boolean> {
  return withLock('aws-config', async () => {
    try {
      const target = followLinks(resolve(file))
      const old = readIfThere(target)
      const bytes = edit(old?.bytes ?? Buffer.alloc(0))
      if (bytes === undefined) return false
      replaceFile(target, bytes, old?.stats)
      return true
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (isVaultError(error) || typeof code !== 'string') throw error
      throw new VaultError('ERR_CONFIG_WRITE', `the AWS config file ${file} cannot be written (${code})`, {
        cause: error,
        facts: { file, ...words.facts },
        hint: words.hint,
      })
    }
  })
}

/** The error for a file that is no longer what somebody agreed to change. */
export function configChanged(file: string): VaultError {
  return new VaultError('ERR_CONFIG_CHANGED', `${file} was changed while you were asked, and nothing was written`, {
    hint: 'run it again to see what is to be done now',
    facts: { file },
  })
}

/**
 * What stands in the config file, byte for byte; nothing if there is none.
 * @throws VaultError `ERR_CONFIG_READ`
 */
export function readConfigBytes(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return Buffer.alloc(0)
    throw new VaultError('ERR_CONFIG_READ', `the AWS config file ${file} cannot be read (${code})`, {
      cause: error,
      facts: { file },
      hint: `see who may read it: ls -l ${file}`,
    })
  }
}

/** The file behind symbolic links, which need not exist. */
function followLinks(file: string): string {
  let path = file
  // As many links as Linux follows.
  for (let links = 0; links < 40; links++) {
    let link: string
    try {
      if (!lstatSync(path).isSymbolicLink()) return path
      link = readlinkSync(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return path
      throw error
    }
    path = resolve(dirname(path), link)
  }
  throw Object.assign(new Error(`too many symbolic links at ${file}`), { code: 'ELOOP' })
}

function readIfThere(path: string): { bytes: Buffer; stats: Stats } | undefined {
  try {
    const bytes = readFileSync(path)
    // Renaming would get round a write protection that somebody put there on purpose.
    accessSync(path, constants.W_OK)
    return { bytes, stats: statSync(path) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function replaceFile(path: string, bytes: Uint8Array, like: Stats | undefined): void {
  const directory = dirname(path)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const temporary = join(directory, `.${basename(path)}.${randomBytes(8).toString('hex')}`)
  const descriptor = openSync(temporary, 'wx', 0o600)
  try {
    try {
      writeFileSync(descriptor, bytes)
      if (like !== undefined) {
        const { uid, gid } = fstatSync(descriptor)
        if (uid !== like.uid || gid !== like.gid) keepOwner(descriptor, like)
        fchmodSync(descriptor, like.mode & 0o7777)
      }
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, path)
  } catch (error) {
    unlinkSync(temporary)
    throw error
  }
  if (process.platform !== 'win32') syncDirectory(directory)
}

/** Makes the rename itself survive a power loss. Windows cannot open directories. */
function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** A group that we are not in cannot be given; the file is then ours alone, which harms nobody. */
function keepOwner(descriptor: number, { uid, gid }: Stats): void {
  try {
    fchownSync(descriptor, uid, gid)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM' || uid !== process.getuid?.()) throw error
  }
}
