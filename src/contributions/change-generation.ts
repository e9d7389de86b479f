import { randomBytes } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CURRENT, FOLDER, pluginsDirectory } from './plugins-directory.ts'

/** What npm and oclif keep of plugins. */
const kept = ['package.json', 'package-lock.json', 'node_modules'] as const

/**
 * Runs a change of plugins on a copy of them, which takes the place of the current ones, at once and as a whole, when
 * `change` has succeeded. Must not run twice at the same time; what an earlier one left that was killed is removed. The
 * npm of a killed one may still be at work: it has a directory of its own, so it harms nobody.
 * @param keepsOld whether running programs may go on with the plugins as they were before
 * @throws what `change` throws; nothing has changed then
 */
export async function changeGeneration<T>(
  dataDirectory: string,
  keepsOld: boolean,
  change: (directory: string) => Promise<T>,
): Promise<T> {
  const folder = join(dataDirectory, FOLDER)
  const before = pluginsDirectory(dataDirectory)
  await removeAllBut(folder, [before])
  const next = join(folder, `${Date.now().toString(36)}-${randomBytes(4).toString('hex')}`)
  await mkdir(next, { recursive: true, mode: 0o700 })
  let result: T
  try {
    await Promise.all(kept.map(name => copy(join(before, name), join(next, name))))
    result = await change(next)
  } catch (error) {
    await discard(next)
    await rmdir(folder).catch(() => {})
    throw error
  }
  if (await isEmpty(next)) {
    await rm(folder, { recursive: true, force: true })
  } else {
    const note = join(folder, `${CURRENT}.tmp`)
    await writeFile(note, next.slice(folder.length + 1), { mode: 0o600, flush: true })
    await rename(note, join(folder, CURRENT))
    await removeAllBut(folder, keepsOld ? [before, next] : [next])
  }
  if (before === dataDirectory) await Promise.all(kept.map(name => discard(join(dataDirectory, name))))
  return result
}

async function copy(from: string, to: string): Promise<void> {
  try {
    // All generations lie equally deep: relative links hold.
    await cp(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/** Whether no plugin is left: then nothing shall be. */
async function isEmpty(directory: string): Promise<boolean> {
  try {
    const { oclif, dependencies = {} } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'))
    return (oclif?.plugins ?? []).length === 0 && Object.keys(dependencies).length === 0
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}

async function removeAllBut(folder: string, directories: readonly string[]): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  const others = names.filter(name => name !== CURRENT && !directories.includes(join(folder, name)))
  await Promise.all(others.map(name => discard(join(folder, name))))
}

/** What cannot be removed now (a file in use on Windows, a killed change's npm at work) goes with the next change. */
async function discard(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => {})
}
