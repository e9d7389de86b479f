import { randomBytes } from 'node:crypto'
import { mkdir, open, realpath, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { VaultError } from '@aws-vault/plugin-sdk'

/**
 * Writes a file that only its owner may read, all or nothing: to a temporary name, to the disk, then renamed.
 * @throws VaultError ERR_FILE_WRITE; the old file is intact then
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  // People keep their settings elsewhere and link them: what the link names is written.
  const target = await realpath(path).catch(() => path)
  const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, target)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {})
    throw new VaultError('ERR_FILE_WRITE', `cannot write ${path}: ${(cause as Error).message}`, {
      cause,
      facts: { path },
    })
  }
}
