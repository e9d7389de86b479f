import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { VaultError } from '@aws-vault/plugin-sdk'
import type { BackendInUse } from './default-backend.ts'

/** Version of the note's form. One without is of the first. */
const VERSION = 1

/** Where it is noted which keyring is in use. With the data, not in the cache: a cache may be deleted any time. */
const backendMemoryPath = (dataDirectory: string): string => join(dataDirectory, 'keyring-in-use.json')

/**
 * Reads the note. Only one that is not there is none: were one that cannot be understood none, too, another keyring would
 * be taken behind the user's back, and all keys would seem to be gone.
 * @throws VaultError ERR_KEYRING_NOTE
 */
export function readBackendInUse(dataDirectory: string): BackendInUse | undefined {
  const path = backendMemoryPath(dataDirectory)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    // Something above it that is no directory: it is not there either.
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    const isForbidden = code === 'EACCES' || code === 'EPERM'
    throw unusable(
      path,
      message,
      isForbidden ? `make it yours: sudo chown "$(id -u)" '${path}'` : moveAway(path),
      cause,
    )
  }
  const { version = VERSION, backend, surroundings } = parse(text)
  if (version !== VERSION) {
    throw unusable(path, 'another version of aws-vault wrote it', 'update aws-vault')
  }
  if (typeof backend !== 'string' || backend === '' || !isTexts(surroundings)) {
    throw unusable(path, 'it is damaged', moveAway(path))
  }
  return { backend, surroundings }
}

/** Writes the note. @throws VaultError ERR_FILE_WRITE */
export async function writeBackendInUse(dataDirectory: string, inUse: BackendInUse): Promise<void> {
  const { writePrivateFile } = await import('../settings/write-private-file.ts')
  const note = { version: VERSION, ...inUse }
  await writePrivateFile(backendMemoryPath(dataDirectory), `${JSON.stringify(note, null, 2)}\n`)
}

/** What is no object has no members. */
function parse(text: string): { version?: unknown; backend?: unknown; surroundings?: unknown } {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every(one => typeof one === 'string')

const moveAway = (path: string): string =>
  `move it away, and the keyring is looked for anew: mv '${path}' '${path}.old'`

function unusable(path: string, why: string, remedy: string, cause?: unknown): VaultError {
  return new VaultError(
    'ERR_KEYRING_NOTE',
    `${path}, which says in which keyring your keys are, cannot be used: ${why}`,
    {
      hint: `${remedy}; or name the keyring: --backend NAME`,
      facts: { path },
      cause,
    },
  )
}
