import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isTemporary, SUFFIX } from './entry-name.ts'

/** Milliseconds after which an entry that is being written is one whose writer was killed. */
const ABANDONED = 10 * 60_000

/** Puts a file in the place of another one in the same directory, so that it survives a loss of power. */
export function putInPlace(temporary: string, file: string, root: string): void {
  sync(temporary)
  renameSync(temporary, file)
  for (let directory = dirname(file); ; directory = dirname(directory)) {
    syncIfPossible(directory)
    if (directory === root || directory === dirname(directory)) return
  }
}

/** Removes what killed writers have left in a directory. Returns the paths. */
export function sweep(directory: string, now: number): string[] {
  const abandoned = readdirSync(directory)
    .filter(name => name.endsWith(SUFFIX) && isTemporary(name.slice(0, -SUFFIX.length)))
    .map(name => join(directory, name))
    .filter(path => now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now) > ABANDONED)
  for (const path of abandoned) rmSync(path, { force: true })
  return abandoned
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Some file systems cannot sync a directory; that is none of our business. */
function syncIfPossible(directory: string): void {
  try {
    sync(directory)
  } catch {}
}
