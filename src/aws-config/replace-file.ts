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

/** The file behind symbolic links, which need not exist. */
export function followLinks(file: string): string {
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

/** A file and what it is; `undefined` if there is none. Throws for one that is write-protected. */
export function readIfThere(path: string): { bytes: Buffer; stats: Stats } | undefined {
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

/**
 * Puts a file in place at once: written beside it, fsynced, renamed. It keeps mode and owner of the old one; a new one is
 * 0600, in directories of 0700. Throws the errors of the operating system; the old file is intact then.
 */
export function replaceFile(path: string, bytes: Uint8Array, like: Stats | undefined): void {
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
