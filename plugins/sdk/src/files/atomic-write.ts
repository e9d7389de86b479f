import { closeSync, fstatSync, fsyncSync, openSync, renameSync, type Stats, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { systemCode } from './storage-error.ts'
import { temporaryName } from './temporary-file.ts'

/**
 * Puts `content` at `path`, for its owner's eyes only (mode 0600), in place of what is there: whole or not at all, also
 * when the process is killed or the power fails. Returns what the operating system says of the new file.
 * @throws the operating system's error; what was at `path` before is then still there
 */
export function writeAtomically(path: string, content: string | Uint8Array): Stats {
  const temporary = join(dirname(path), temporaryName())
  let stats: Stats
  try {
    stats = writeDurably(temporary, content)
    renameSync(temporary, path)
  } catch (error) {
    removeIfThere(temporary)
    throw error
  }
  syncDirectory(dirname(path))
  return stats
}

/** Makes the directory's list of names survive a power failure. */
export function syncDirectory(directory: string): void {
  let descriptor: number | undefined
  try {
    descriptor = openSync(directory, 'r')
    fsyncSync(descriptor)
  } catch (error) {
    // Windows and some network file systems know no such thing.
    if (!['EACCES', 'EPERM', 'EISDIR', 'EINVAL', 'ENOTSUP'].includes(systemCode(error) ?? '')) throw error
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

function writeDurably(path: string, content: string | Uint8Array): Stats {
  const descriptor = openSync(path, 'wx', 0o600)
  try {
    writeFileSync(descriptor, content)
    fsyncSync(descriptor)
    return fstatSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It was not made, or goes with the next sweep.
  }
}
