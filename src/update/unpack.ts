import { createReadStream } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { syncDirectory } from './installed-versions.ts'

/**
 * Unpacks a tarball by oclif's own updater, and brings it to the disk.
 * @param baseDir the one directory in it
 * @param target what that directory becomes
 * @throws Error when the archive is not what its hash says, or holds anything but files, directories and links; links
 *   are left out
 */
export async function unpack(archive: string, baseDir: string, target: string, sha256: string): Promise<void> {
  const { Extractor } = await import('@oclif/plugin-update/tar')
  await Extractor.extract(createReadStream(archive), baseDir, target, sha256)
  await syncTree(target)
}

/** Writes every file and directory below a directory to the disk, so that power loss after a switch leaves no holes. */
async function syncTree(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) {
      await syncTree(path)
    } else {
      const file = await open(path, 'r')
      try {
        await file.sync()
      } finally {
        await file.close()
      }
    }
  }
  await syncDirectory(directory)
}
