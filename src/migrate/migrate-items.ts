import { type Item, isVaultError, type Keyring, VaultError } from '@aws-vault/plugin-sdk'
import { encodeSessionKey } from '../vault/session-key.ts'
import { type Comparison, compareItems, isComplete, isDifferent } from './compare-items.ts'
import type { Selection } from './select-keys.ts'

/** One end of a migration. */
export interface End {
  /** In words: `the pass keyring`. */
  readonly name: string
  readonly keyring: Keyring
  /** Runs a task while no other process changes items of this keyring. */
  alone<T>(task: () => Promise<T>): Promise<T>
}

/** What is to be done. */
export interface Migration {
  readonly source: End
  readonly target: End
  readonly selection: Selection
  readonly overwrite: boolean
  readonly deleteSource: boolean
  readonly dryRun: boolean
  /** Told after each item: how many are done, of how many. */
  onProgress?(done: number, of: number): void
}

/** What became of an item. */
export type Outcome =
  /** Copied, read back and compared. With `dryRun`: would be copied. */
  | 'copied'
  /** It was at the target before. */
  | 'there'
  /** The target has another one of that name, which is left as it is. */
  | 'different'
  /** It is no more at the source: removed meanwhile. */
  | 'gone'
  /** What lies at the source is no item. */
  | 'unreadable'
  /** The target can hold no item of that name: see {@link Migrated.unstorable}. */
  | 'unstorable'

/** What a migration came to. */
export interface Migrated {
  readonly outcomes: ReadonlyMap<string, Outcome>
  /** Members that the target cannot keep, by key; the secret is whole all the same. */
  readonly notKept: ReadonlyMap<string, readonly string[]>
  /** Why the target cannot hold an item, by key. */
  readonly unstorable: ReadonlyMap<string, string>
  /** Keys that were deleted at the source, with those of expired sessions. */
  readonly deleted: readonly string[]
  /** Keys that were to be deleted and were not: what they hold has changed since, or the target cannot keep all of it. */
  readonly kept: readonly string[]
}

/**
 * Copies items from one keyring to another. Each is read back and compared; when all are safe, and only then, those of
 * the source are deleted, each after one more look at both ends. Killed at any moment it has lost nothing and can be run
 * again: what is at the target already is only compared.
 * @throws VaultError ERR_MIGRATE_VERIFY when the target gives back something else than was stored; ERR_MIGRATE_SAME when
 *   both are the same store; and what the keyrings throw. Nothing was deleted then, unless deleting itself failed
 */
export async function migrateItems(migration: Migration): Promise<Migrated> {
  const { selection, deleteSource, dryRun } = migration
  const outcomes = new Map<string, Outcome>()
  const notKept = new Map<string, readonly string[]>()
  const unstorable = new Map<string, string>()
  if (deleteSource && !dryRun) await assertTwoStores(migration)
  for (const [index, key] of selection.keys.entries()) {
    outcomes.set(key, await migrateItem(key, migration, notKept, unstorable))
    migration.onProgress?.(index + 1, selection.keys.length)
  }
  if (!dryRun) await assertListed(migration, outcomes)
  const isDone = [...outcomes.values()].every(outcome => !unfinished.includes(outcome))
  const isToDelete = deleteSource && !dryRun && isDone
  return {
    outcomes,
    notKept,
    unstorable,
    ...(isToDelete ? await deleteAll(migration, outcomes) : { deleted: [], kept: [] }),
  }
}

/** With one of these, nothing is deleted at the source. */
const unfinished: readonly Outcome[] = ['different', 'unreadable', 'unstorable']

async function migrateItem(
  key: string,
  migration: Migration,
  notKept: Map<string, readonly string[]>,
  unstorable: Map<string, string>,
): Promise<Outcome> {
  const { source, target, dryRun } = migration
  const look = async (): Promise<Outcome> => {
    const item = await readSource(source, key)
    if (typeof item === 'string') return item
    const before = await readTarget(target, key)
    const comparison = before && compareItems(item, before)
    if (comparison !== undefined && isComplete(comparison)) return 'there'
    if (comparison !== undefined && isDifferent(comparison) && !migration.overwrite) return 'different'
    if (dryRun) return 'copied'
    const isNew = comparison === undefined || isDifferent(comparison)
    await target.keyring.set(item)
    const after = await verify(item, target)
    const lost = [...after.missing, ...after.display]
    if (lost.length > 0) notKept.set(key, lost)
    // A store that keeps no members of its own never has all of an item.
    return isNew ? 'copied' : 'there'
  }
  try {
    if (dryRun) {
      target.keyring.checkKey?.(key)
      return await look()
    }
    // The look at the target and what is written after it are one: nothing that is stored there meanwhile gets lost.
    return await target.alone(look)
  } catch (error) {
    if (!isVaultError(error, 'ERR_KEYRING_KEY')) throw error
    unstorable.set(key, error.message)
    return 'unstorable'
  }
}

async function readSource({ keyring }: End, key: string): Promise<Item | 'gone' | 'unreadable'> {
  try {
    return (await keyring.get(key)) ?? 'gone'
  } catch (error) {
    if (isVaultError(error, 'ERR_KEYRING_ITEM')) return 'unreadable'
    throw error
  }
}

/** A damaged item at the target is one that differs: it may be of use to somebody. */
async function readTarget({ keyring }: End, key: string): Promise<Item | undefined> {
  try {
    return await keyring.get(key)
  } catch (error) {
    if (!isVaultError(error, 'ERR_KEYRING_ITEM')) throw error
    return { key, data: new Uint8Array(), label: '', description: '', attributes: {} }
  }
}

async function verify(item: Item, { name, keyring }: End): Promise<Comparison> {
  const stored = await keyring.get(item.key)
  const comparison = stored && compareItems(item, stored)
  if (comparison !== undefined && !isDifferent(comparison)) return comparison
  throw notVerified(`${name} does not give back the item "${item.key}" as it was stored`, item.key)
}

/** An item that can be got and is not listed would be found by nobody. */
async function assertListed({ target: { name, keyring } }: Migration, outcomes: ReadonlyMap<string, Outcome>) {
  const listed = new Set(await keyring.keys())
  for (const [key, outcome] of outcomes) {
    if (listed.has(key) || (outcome !== 'copied' && outcome !== 'there')) continue
    // Who removed it there meanwhile meant to.
    if ((await keyring.get(key)) !== undefined) throw notVerified(`${name} does not list the item "${key}"`, key)
  }
}

const notVerified = (message: string, key: string): VaultError =>
  new VaultError('ERR_MIGRATE_VERIFY', message, {
    hint: 'nothing was deleted; look into that keyring, and report it to whoever made its plugin',
    facts: { key },
  })

async function deleteAll(
  { source, target, selection }: Migration,
  outcomes: ReadonlyMap<string, Outcome>,
): Promise<Pick<Migrated, 'deleted' | 'kept'>> {
  const deleted: string[] = []
  const kept: string[] = []
  for (const key of selection.keys) {
    if (outcomes.get(key) === 'gone' || selection.shared?.has(key)) continue
    await source.alone(async () => {
      const item = await readSource(source, key)
      if (item === 'gone') return
      const copy = typeof item === 'string' ? undefined : await readTarget(target, key)
      const isSafe = typeof item !== 'string' && copy !== undefined && isComplete(compareItems(item, copy))
      if (isSafe && (await source.keyring.remove(key))) deleted.push(key)
      else if (!isSafe) kept.push(key)
    })
  }
  for (const key of selection.expired) {
    if (await source.alone(() => source.keyring.remove(key))) deleted.push(key)
  }
  return { deleted, kept }
}

/**
 * Two names may lead to one store (a second keyring plugin for it, a mount): deleting at the source would then delete
 * what was copied. What is written at one end must not appear at the other. It has the form of a session that is over,
 * so that whatever stores a session or migrates next clears it away should we be killed before we do.
 */
async function assertTwoStores({ source, target }: Migration): Promise<void> {
  const slot = { type: 'sts.GetSessionToken', profile: 'aws-vault-migrate' }
  const key = encodeSessionKey({ ...slot, serial: crypto.randomUUID() }, new Date(1000))
  await target.keyring.set({ key, data: Buffer.from('{}'), label: key, description: '', attributes: {} })
  const isSame = (await source.keyring.keys()).includes(key)
  const prefix = `${key.split(',', 2).join(',')},`
  for (const left of await target.keyring.keys()) if (left.startsWith(prefix)) await target.keyring.remove(left)
  if (!isSame) return
  throw new VaultError('ERR_MIGRATE_SAME', `${source.name} and ${target.name} are the same store under two names`, {
    hint: 'there is nothing to move; without --delete-source nothing would be harmed',
  })
}
