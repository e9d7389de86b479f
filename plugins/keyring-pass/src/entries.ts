import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isTemporaryFile, SUFFIX } from './entry-name.ts'

/**
 * The names of all entries below a directory, folders included, read from the names of their files: nothing is
 * decrypted. Links to files count, links to directories are not followed: they may lead anywhere, also in circles.
 * @throws the file system's errors, but for a directory that is not there
 */
export function entriesIn(directory: string, folder = ''): string[] {
  return contentsOf(join(directory, folder)).flatMap(entry => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) return entry.name === '.git' ? [] : entriesIn(directory, path)
    if (!entry.name.endsWith(SUFFIX) || isTemporaryFile(entry.name)) return []
    return entry.isFile() || (entry.isSymbolicLink() && isFile(join(directory, path)))
      ? [path.slice(0, -SUFFIX.length)]
      : []
  })
}

/** Whether there is a file at that path, or a link to one. */
export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

function contentsOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true })
  } catch (error) {
    // Another process may have removed it since its name was read.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
