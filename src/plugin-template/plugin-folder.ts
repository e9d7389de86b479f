import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { VaultError } from '@aws-vault/plugin-sdk'
import type { Files } from './render-plugin.ts'

/** All files below a folder. */
export async function readFiles(folder: string): Promise<Files> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const paths = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  const texts = paths.map(async path => {
    return [path.slice(folder.length + 1).replaceAll(sep, '/'), await readFile(path, 'utf8')] as const
  })
  return Object.fromEntries((await Promise.all(texts)).sort())
}

/**
 * Makes a folder with these files: all of them or none. What is there already is never touched, be it empty.
 * @throws VaultError ERR_PLUGIN_FOLDER
 */
export async function writeNewFolder(folder: string, files: Files): Promise<void> {
  try {
    await mkdir(dirname(folder), { recursive: true })
    await mkdir(folder)
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code === 'EEXIST'
    throw new VaultError('ERR_PLUGIN_FOLDER', `${folder} ${isThere ? 'is there already' : cannot(cause)}`, {
      hint: 'name another one by --folder',
      facts: { folder },
      cause,
    })
  }
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(folder, dirname(path)), { recursive: true })
      await writeFile(join(folder, path), text, { flag: 'wx' })
    }
  } catch (cause) {
    await rm(folder, { recursive: true, force: true })
    throw new VaultError('ERR_PLUGIN_FOLDER', `${folder} ${cannot(cause)}`, { facts: { folder }, cause })
  }
}

const cannot = (cause: unknown): string => `cannot be written: ${(cause as Error).message}`
