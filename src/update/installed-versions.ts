import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { VaultError } from '@aws-vault/plugin-sdk'

/** Which version is started, and what `update` needs to know of how that came. */
export interface Choice {
  /** The name of its directory; {@link INSTALLED} for the tarball that the user unpacked. */
  readonly current: string
  /** The one before, for a rollback. */
  readonly previous?: string | undefined
  readonly channel: string
}

/** Stands for what the user unpacked, where a directory of an update is named otherwise. */
export const INSTALLED = 'installed'

/** What is being written, and counts for nothing until it is renamed. */
const UNFINISHED = /^\.unfinished-/

/**
 * The versions that updates brought, for one unpacked tarball. Each lies in a directory that gets its name when it is
 * complete; which one is started stands in the file `current`, which the launcher reads at each start. That file is
 * replaced by one rename, and nothing else decides.
 */
export class InstalledVersions {
  readonly directory: string
  readonly #pointer: string

  /**
   * @param dataDirectory of the user
   * @param base the directory name of the tarball's own version: who unpacks another one starts anew
   */
  constructor(dataDirectory: string, base: string) {
    this.directory = join(dataDirectory, 'client', base)
    this.#pointer = join(this.directory, 'current')
  }

  /** What is started, as the launcher sees it. */
  choice(): Choice {
    let text = ''
    try {
      text = readFileSync(this.#pointer, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw notWritten(this.#pointer, error)
    }
    const [current = '', previous = '', channel = ''] = text.split('\n')
    return {
      current: this.has(current) ? current : INSTALLED,
      previous: previous === INSTALLED || this.has(previous) ? previous : undefined,
      channel: channel || 'stable',
    }
  }

  /** Whether a version is here, complete. */
  has(name: string): boolean {
    return /^[0-9][0-9A-Za-z.-]*$/.test(name) && existsSync(join(this.directory, name, 'bin', 'start'))
  }

  /** The directories of all versions that are here. */
  async names(): Promise<string[]> {
    return (await this.#entries()).filter(name => this.has(name))
  }

  /** A new directory of the same file system, in which a version can be put together. */
  async unfinished(): Promise<string> {
    const directory = join(this.directory, `.unfinished-${process.pid}-${randomBytes(4).toString('hex')}`)
    await mkdir(directory, { recursive: true, mode: 0o700 }).catch(error => {
      throw notWritten(directory, error)
    })
    return directory
  }

  /** Gives a complete directory its name. */
  async add(directory: string, name: string): Promise<void> {
    const target = join(this.directory, name)
    // What has this name and is not complete was made by nobody of ours, or lost something since.
    await rm(target, { recursive: true, force: true })
    await rename(directory, target)
    await syncDirectory(this.directory)
  }

  /** Lets another version be started from now on. Power loss leaves the old choice or the new one. */
  async choose({ current, previous = '', channel }: Choice): Promise<void> {
    const temporary = join(this.directory, `.unfinished-${process.pid}-current`)
    try {
      await mkdir(this.directory, { recursive: true, mode: 0o700 })
      const file = await open(temporary, 'w', 0o600)
      try {
        await file.writeFile(`${current}\n${previous}\n${channel}\n`)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(temporary, this.#pointer)
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {})
      throw notWritten(this.#pointer, error)
    }
    // The choice is made; a directory that cannot be synced changes nothing of that.
    await syncDirectory(this.directory).catch(() => {})
  }

  /** Removes what interrupted updates left. Run it while no other update runs. */
  async sweep(): Promise<void> {
    await this.#remove(name => UNFINISHED.test(name))
  }

  /** Removes all versions but these. */
  async keepOnly(names: readonly (string | undefined)[]): Promise<void> {
    await this.#remove(name => name !== 'current' && !names.includes(name))
  }

  async #remove(isUnwanted: (name: string) => boolean): Promise<void> {
    const unwanted = (await this.#entries()).filter(isUnwanted)
    // What cannot be removed is in nobody's way.
    await Promise.allSettled(unwanted.map(name => this.#removeOne(name)))
  }

  /** Takes a version's name away first: half of one that is interrupted here would pass for a whole one. */
  async #removeOne(name: string): Promise<void> {
    const path = join(this.directory, name)
    const doomed = UNFINISHED.test(name) ? path : join(this.directory, `.unfinished-${randomBytes(8).toString('hex')}`)
    if (doomed !== path) await rename(path, doomed)
    await rm(doomed, { recursive: true, force: true })
  }

  async #entries(): Promise<string[]> {
    return readdir(this.directory).catch(() => [])
  }
}

/** Writes the names in a directory to the disk. */
export async function syncDirectory(directory: string): Promise<void> {
  // Windows cannot open directories.
  if (process.platform === 'win32') return
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** @returns what to throw when an update cannot be written; the version in use is as it was. */
export function notWritten(path: string, cause: unknown): VaultError {
  const { code, message } = cause as NodeJS.ErrnoException
  const full = code === 'ENOSPC' || code === 'EDQUOT'
  return new VaultError(
    'ERR_UPDATE_WRITE',
    full ? `the disk with ${path} is full` : `${path} cannot be written: ${message}`,
    {
      hint: full ? 'make room (about 400 MB) and update again; the old version is in use' : 'the old version is in use',
      facts: { path, ...(code === undefined ? {} : { code }) },
      cause,
    },
  )
}
