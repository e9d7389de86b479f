import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Below the data directory: it has a folder for each generation of installed plugins. */
export const FOLDER = 'plugins'

/** In that folder: a file with the name of the generation in use. */
export const CURRENT = 'current'

/**
 * The directory that lists the installed plugins (its package.json) and holds them. Each change of plugins makes a new
 * one; until it is done, and if it never is, everybody goes on with the one before.
 * @throws Error when the file that names it cannot be read
 */
export function pluginsDirectory(dataDirectory: string): string {
  const folder = join(dataDirectory, FOLDER)
  try {
    return join(folder, nameOf(readFileSync(join(folder, CURRENT), 'utf8'), folder))
  } catch (error) {
    // Nothing was ever installed, or by oclif alone, which keeps plugins in the data directory itself.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return dataDirectory
    throw error
  }
}

function nameOf(text: string, folder: string): string {
  if (/^[a-z0-9]+-[0-9a-f]{8}$/.test(text)) return text
  throw new Error(`${join(folder, CURRENT)} does not name one of its neighbours`)
}
