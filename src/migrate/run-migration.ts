import { isVaultError, type Keyring, VaultError } from '@aws-vault/plugin-sdk'
import type { Origin } from '../aws-config/origin.ts'
import { profileNames } from '../aws-config/profile.ts'
import type { ConfigFile } from '../aws-config/read-config.ts'
import { ssoStartUrl } from '../aws-config/sso-start-url.ts'
import type { Container, NamedKeyring } from '../container.ts'
import { TARGET_SUFFIX } from '../contributions/contributions.ts'
import { lockIfPossible } from '../locks/lock-if-possible.ts'
import { openProgress } from '../output/progress.ts'
import { keyringLock } from '../vault/locked-keyring.ts'
import { type End, type Migrated, migrateItems } from './migrate-items.ts'
import { secretsOf } from './secrets-of.ts'
import { type Owners, selectKeys } from './select-keys.ts'

/** What the user asks `migrate` for. */
export interface MigrationWishes {
  readonly from: string
  readonly to: string
  /** `NAME=VALUE`: options of the source's keyring by the names of their flags. */
  readonly fromOptions: readonly string[]
  readonly toOptions: readonly string[]
  /** Whose items; all if empty. */
  readonly profiles: readonly string[]
  readonly dryRun: boolean
  readonly overwrite: boolean
  readonly deleteSource: boolean
}

/** What came of it, and between which keyrings. */
export interface MigrationResult extends Migrated {
  readonly source: string
  readonly target: string
  readonly expired: readonly string[]
  /** Keys that were stored at the source while the others were copied. */
  readonly appeared: readonly string[]
}

/**
 * Opens both keyrings and copies. One migration runs at a time: two in opposite directions would each delete what the
 * other has just copied.
 * @throws VaultError ERR_MIGRATE_SAME, ERR_CREDENTIALS_UNKNOWN, and what keyrings and copying throw
 */
export async function runMigration(container: Container, wishes: MigrationWishes): Promise<MigrationResult> {
  const from = await open(container, 'from', wishes.from, wishes.fromOptions)
  const to = hintingAtSuffix(await open(container, 'to', wishes.to, wishes.toOptions, TARGET_SUFFIX), TARGET_SUFFIX)
  const alone = lockOf(container, wishes)
  const [source, target] = [endOf(container, from, to, alone), endOf(container, to, from, alone)]
  if (from.identity === to.identity) {
    throw new VaultError('ERR_MIGRATE_SAME', `${source.name} is source and target at once`, {
      hint: `name another one by --to, or another store of the same kind by --to-option ${optionExample(to)}`,
      facts: { keyring: from.part.name, exitCode: 2 },
    })
  }
  return alone('migrate', 'migration', () => migrate(container, wishes, source, target))
}

type Lock = <T>(name: string, holder: string, task: () => Promise<T>) => Promise<T>

/** Where nothing can be locked, things can be copied; but what somebody may just be changing is not deleted. */
function lockOf({ withLock, logger }: Container, { deleteSource, dryRun }: MigrationWishes): Lock {
  return (name, holder, task) => {
    const onWait = () => logger.warn(`waiting for another ${holder} to end`)
    if (deleteSource && !dryRun) return withLock(name, task, onWait)
    return lockIfPossible(run => withLock(name, run, onWait), task, logger)
  }
}

async function migrate(
  container: Container,
  wishes: MigrationWishes,
  source: End,
  target: End,
): Promise<MigrationResult> {
  const owners = ownersOf(container, wishes.profiles)
  const select = async (end: End) => selectKeys(await end.keyring.keys(), container.clock.now(), owners)
  const selection = await select(source)
  for (const profile of wishes.profiles) await assertKnown(profile, source, target, container)
  await using progress = openProgress(`Copying to ${target.name}`)
  const migrated = await migrateItems({
    ...{ source, target, selection },
    ...{ overwrite: wishes.overwrite, deleteSource: wishes.deleteSource, dryRun: wishes.dryRun },
    ...(wishes.dryRun ? {} : { onProgress: progress.update }),
  })
  const present = (await select(source)).keys
  return {
    ...migrated,
    source: source.name,
    target: target.name,
    expired: selection.expired,
    appeared: present.filter(key => !migrated.outcomes.has(key)),
  }
}

function open(
  container: Container,
  flag: string,
  name: string,
  options: readonly string[],
  secretSuffix = '',
): Promise<NamedKeyring> {
  const origin: Origin = { kind: 'flag', flag }
  const flags = options.map(option => {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(option) ?? []
    if (key !== undefined && value !== undefined) return [key, value]
    throw new VaultError('ERR_USAGE', `--${flag}-option "${option}" is not NAME=VALUE`, {
      hint: `for example --${flag}-option file-dir=~/vault`,
      facts: { exitCode: 2 },
    })
  })
  return container.keyring({ value: name, origin }, { flags: Object.fromEntries(flags), secretSuffix })
}

/** Both are named by what tells them apart where they are of one kind. */
function endOf(
  container: Container,
  { keyring, part, identity, options }: NamedKeyring,
  other: NamedKeyring,
  lock: Lock,
): End {
  const distinct = Object.entries(options).flatMap(([name, value]) => (value === other.options[name] ? [] : [value]))
  const place = part.name === other.part.name && distinct.length > 0 ? ` (${distinct.join(', ')})` : ''
  return {
    name: `the ${part.name} keyring${place}`,
    keyring: announcing(keyring, container),
    alone: task => lock(keyringLock(identity), 'change of the keyring', task),
  }
}

/** The keyring's own hint names the variable of its secret; here another one counts. */
function hintingAtSuffix(named: NamedKeyring, suffix: string): NamedKeyring {
  const { keyring, part } = named
  const secrets = Object.values(part.declaration.options ?? {}).flatMap(({ secret, env }) => (secret && env) || [])
  const told = async <T>(task: () => Promise<T>): Promise<T> => {
    try {
      return await task()
    } catch (cause) {
      if (!isVaultError(cause, 'ERR_KEYRING_LOCKED') || cause.hint === undefined) throw cause
      const hint = secrets.reduce((text, name) => text.replaceAll(name, `${name}${suffix}`), cause.hint)
      throw new VaultError(cause.code, cause.message, { hint, facts: cause.facts, cause })
    }
  }
  return {
    ...named,
    keyring: {
      get: key => told(() => keyring.get(key)),
      set: item => told(() => keyring.set(item)),
      remove: key => told(() => keyring.remove(key)),
      keys: () => told(() => keyring.keys()),
      checkKey: key => keyring.checkKey?.(key),
      close: () => keyring.close(),
    },
  }
}

/** The keyring, with what comes out of it blacked out in all output. */
function announcing(keyring: Keyring, { redactor }: Container): Keyring {
  return {
    async get(key) {
      const item = await keyring.get(key)
      for (const secret of item === undefined ? [] : secretsOf(item)) redactor.add(secret)
      return item
    },
    set: item => keyring.set(item),
    checkKey: key => keyring.checkKey?.(key),
    remove: key => keyring.remove(key),
    keys: () => keyring.keys(),
    close: () => keyring.close(),
  }
}

const optionExample = ({ part }: NamedKeyring): string =>
  `${Object.values(part.declaration.options ?? {}).find(({ flag }) => flag !== undefined)?.flag ?? 'NAME'}=VALUE`

function ownersOf(container: Container, profiles: readonly string[]): Owners | undefined {
  if (profiles.length === 0) return undefined
  const config = container.awsConfig()
  const theirs = new Set(profiles.flatMap(profile => ssoStartUrl(config, profile) ?? []))
  const others = theirs.size === 0 ? [] : profileNames(config).filter(name => !profiles.includes(name))
  const needed = new Set(others.flatMap(name => startUrlOf(config, name) ?? []))
  return { profiles: new Set(profiles), startUrls: new Map([...theirs].map(url => [url, needed.has(url)])) }
}

/** Nothing for a profile that is broken: it is not the one that is asked for. */
function startUrlOf(config: ConfigFile, name: string): string | undefined {
  try {
    return ssoStartUrl(config, name)
  } catch (error) {
    if (isVaultError(error)) return undefined
    throw error
  }
}

/** A name that is at neither end is a misspelt one. At the target alone it may be what an earlier run has moved. */
async function assertKnown(profile: string, source: End, target: End, container: Container): Promise<void> {
  const owners = ownersOf(container, [profile])
  for (const end of [source, target]) {
    const { keys, expired } = selectKeys(await end.keyring.keys(), container.clock.now(), owners)
    if (keys.length + expired.length > 0) return
  }
  throw new VaultError('ERR_CREDENTIALS_UNKNOWN', `nothing is stored for profile "${profile}" in ${source.name}`, {
    hint: 'see what is stored: aws-vault list --backend NAME',
    facts: { profile },
  })
}
