import { isVaultError, VaultError } from '@aws-vault/plugin-sdk'
import { profileNames } from '../aws-config/profile.ts'
import { followLinks, readIfThere, replaceFile } from '../aws-config/replace-file.ts'
import type { Container } from '../container.ts'
import { refuseSourceProfile, storeKeys } from '../credentials/store-keys.ts'
import { checkKeyPair } from '../vault/imported-keys.ts'
import type { World } from './check.ts'
import { describePlace, entangled, findPlaintext, type PlaintextKey, shownId } from './plaintext/find-plaintext.ts'
import { removeCommands, removeLines } from './plaintext/remove-lines.ts'

/** What became of a key that lay open. */
export interface ImportedKey {
  /** Its first and last letters. */
  readonly accessKeyId: string
  readonly place: string
  readonly profile?: string
  readonly outcome: 'imported' | 'removed, stored already' | 'left'
  /** Why it was left. */
  readonly reason?: string
}

/** Asks the person about one key; answers are settled before anything is done. */
export interface Questions {
  /** Under which profile; empty: leave it. */
  profile(message: string): Promise<string>
  confirm(message: string): Promise<boolean>
}

/**
 * Moves keys that lie open into the keyring, one after the other, each after a question: stored as by `add`, read back
 * and compared, and only then taken out of the file, in whose place a comment stands. There is no backup of the file: it
 * would hold the very secret that was to go; what is taken out is in the keyring.
 */
export async function importPlaintext(
  container: Container,
  world: World,
  questions: Questions,
): Promise<readonly ImportedKey[]> {
  const results: ImportedKey[] = []
  for (const { file, accessKeyId, profile } of findPlaintext(world).filter(key => key.isLongLived)) {
    // Lines move when those above them go.
    const key = findPlaintext(world).find(
      it => it.file === file && it.accessKeyId === accessKeyId && it.profile === profile,
    )
    if (key === undefined) continue
    const about = { accessKeyId: shownId(key), place: describePlace(world, key) }
    try {
      results.push({ ...about, ...(await importKey(container, world, key, questions)) })
    } catch (error) {
      if (!isVaultError(error) || unanswered.includes(error.code)) throw error
      results.push({ ...about, outcome: 'left', reason: error.message })
    }
  }
  return results
}

/** Nobody is there to be asked, or the person wants to stop. */
const unanswered: readonly string[] = ['ERR_PROMPT_UNAVAILABLE', 'ERR_PROMPT_CANCELLED']

async function importKey(
  container: Container,
  world: World,
  key: PlaintextKey,
  questions: Questions,
): Promise<Pick<ImportedKey, 'outcome' | 'reason' | 'profile'>> {
  const what = `key ${shownId(key)} of ${describePlace(world, key)}`
  if (!key.isRemovable) return { outcome: 'left', reason: `${entangled}, and it has to be removed by hand` }
  const profile =
    key.profile ?? (await questions.profile(`Profile to store the ${what} under (empty: leave it)`)).trim()
  if (profile === '') return { outcome: 'left', reason: 'no profile was named' }
  const { accessKeyId, secretAccessKey } = key
  const keys = checkKeyPair({ accessKeyId, secretAccessKey }, describePlace(world, key))
  const config = container.awsConfig()
  if (profileNames(config).includes(profile)) refuseSourceProfile(profile, config)
  const { credentials, backend } = await container.vault()
  const isSame = async (): Promise<boolean> => {
    const stored = await credentials.get(profile)
    return stored?.accessKeyId === accessKeyId && stored.secretAccessKey === secretAccessKey
  }
  const isStored = (await credentials.list()).includes(profile)
  if (isStored && !(await isSame())) {
    return { outcome: 'left', profile, reason: `another key is stored for profile "${profile}"` }
  }
  const doing = isStored
    ? 'It is stored already. Take'
    : `Store it for profile "${profile}" in the ${backend} keyring, and take`
  if (!(await questions.confirm(`The ${what} lies open. ${doing} it out of the file?`))) {
    return { outcome: 'left', profile, reason: 'you said so' }
  }
  if (!isStored) await storeKeys(container, profile, keys)
  if (!(await isSame())) {
    throw new VaultError(
      'ERR_MIGRATE_VERIFY',
      `the ${backend} keyring does not give back the keys of profile "${profile}"`,
      {
        hint: 'the file was left as it is',
      },
    )
  }
  await container.withLock('aws-config', async () => takeOut(world, key, profile))
  return { outcome: isStored ? 'removed, stored already' : 'imported', profile }
}

/** @throws VaultError ERR_FILE_WRITE; the file is as it was */
function takeOut(world: World, key: PlaintextKey, profile: string): void {
  try {
    const target = followLinks(key.file)
    const old = readIfThere(target)
    // Bytes that are no UTF-8 stay as they are.
    const text = old?.bytes.toString('latin1') ?? ''
    const lines = text.split('\n')
    const isThere = [key.accessKeyId, key.secretAccessKey].every(it =>
      key.lines.some(line => lines[line - 1]?.includes(it)),
    )
    if (old === undefined || !isThere) throw new Error('somebody has changed it meanwhile')
    const note = `# The key ${shownId(key)} is in aws-vault now: aws-vault exec ${Buffer.from(profile).toString('latin1')}`
    const remove = key.isScript ? removeCommands : removeLines
    replaceFile(target, Buffer.from(remove(text, key.lines, note), 'latin1'), old.stats)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw new VaultError(
      'ERR_FILE_WRITE',
      `the key is stored, and ${describePlace(world, key)} cannot be changed (${code ?? message})`,
      {
        hint: 'take the key out of that file yourself',
        cause,
      },
    )
  }
}
