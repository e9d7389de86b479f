import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { keyOf } from '@aws-vault/plugin-sdk/files'
import { classifyKey, decodeSessionKey } from '../vault/session-key.ts'

/** What the names of stored items tell of a profile. */
export interface StoredNames {
  readonly hasKeys: boolean
  /** Types of live sessions. */
  readonly sessions: readonly string[]
}

/**
 * What lies in the file keyring for each profile, told from the names of its files; nothing is opened, and so nothing is
 * asked. Other keyrings could ask, start programs or take their time: of those, nothing is known while a line is completed.
 * @param directory the file keyring's
 * @param now milliseconds since 1970
 */
export function storedNames(directory: string, now: number): ReadonlyMap<string, StoredNames> {
  const found = new Map<string, { hasKeys: boolean; sessions: string[] }>()
  const of = (profile: string): { hasKeys: boolean; sessions: string[] } => {
    const names = found.get(profile) ?? { hasKeys: false, sessions: [] }
    found.set(profile, names)
    return names
  }
  for (const file of filesIn(directory)) {
    const key = keyOf(file, { keyring: 'file', platform: process.platform })
    if (key === undefined) continue
    const session = decodeSessionKey(key)
    if (session === undefined) {
      if (classifyKey(key) === 'credentials') of(key).hasKeys = true
    } else if (session.expiration.getTime() > now) {
      of(session.profile).sessions.push(session.type)
    }
  }
  return found
}

function filesIn(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true })
    // What stands in front is temporary: see the keyring.
    return entries.filter(entry => entry.isFile() && !entry.name.startsWith('.')).map(entry => entry.name)
  } catch {
    return []
  }
}

/** The file keyring's directory as its flag, its variable or its default has it; none when another keyring is named. Pure. */
export function fileKeyringDirectory(
  environment: Readonly<Record<string, string | undefined>>,
  words: readonly string[],
  home: string,
): string | undefined {
  const flag = (name: string): string | undefined => {
    const at = words.findLastIndex(word => word === `--${name}` || word.startsWith(`--${name}=`))
    const word = words[at]
    return word?.includes('=') ? word.slice(word.indexOf('=') + 1) : words[at === -1 ? words.length : at + 1]
  }
  const backend = flag('backend') || environment.AWS_VAULT_BACKEND || 'file'
  if (backend !== 'file') return undefined
  const directory = flag('file-dir') || environment.AWS_VAULT_FILE_DIR || join('~', '.awsvault', 'keys')
  return directory.replace(/^~(?=$|[/\\])/, () => home)
}
