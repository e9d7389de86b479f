import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BackendInUse } from './default-backend.ts'

/** Where it is noted which keyring is in use. With the data, not in the cache: a cache may be deleted any time. */
export const backendMemoryPath = (dataDirectory: string): string => join(dataDirectory, 'keyring-in-use.json')

/** Reads the note. One that is not there or makes no sense is none. */
export function readBackendInUse(dataDirectory: string): BackendInUse | undefined {
  try {
    const { backend, surroundings } = JSON.parse(readFileSync(backendMemoryPath(dataDirectory), 'utf8'))
    if (typeof backend !== 'string' || backend === '' || !Array.isArray(surroundings)) return undefined
    return { backend, surroundings }
  } catch {
    return undefined
  }
}

/** Writes the note. @throws VaultError ERR_FILE_WRITE */
export async function writeBackendInUse(dataDirectory: string, inUse: BackendInUse): Promise<void> {
  const { writePrivateFile } = await import('../settings/write-private-file.ts')
  await writePrivateFile(backendMemoryPath(dataDirectory), `${JSON.stringify(inUse, null, 2)}\n`)
}
