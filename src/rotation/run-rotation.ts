import { type Credentials, isVaultError, VaultError } from '@aws-vault/plugin-sdk'
import type { Container, Vault } from '../container.ts'
import type { MfaCodes } from '../credentials/mfa-codes.ts'
import { prepareObtaining } from '../credentials/obtain.ts'
import { profilesSignedBy } from '../credentials/profiles-signed-by.ts'
import { whoIs } from '../credentials/who-is.ts'
import { readWishes } from '../credentials/wishes.ts'
import { openSteps, type Steps } from '../output/steps.ts'
import { tellServers } from '../server/tell-servers.ts'
import { accessKeysOfSigner } from './iam.ts'
import { iamTarget } from './iam-target.ts'
import type { Afterwards } from './journal.ts'
import { keysOnly } from './keys-only.ts'
import { makeRoom } from './make-room.ts'
import type { AccessKeys, RotationPorts } from './ports.ts'
import { type Rotated, rotateKey } from './rotate-key.ts'
import { RotationStore } from './rotation-store.ts'

/** What the user asks `rotate` for. */
export interface RotationWishes {
  readonly session: boolean
  /** Those of all profiles that are rotated in this run. */
  readonly mfaCodes: MfaCodes
  readonly afterwards: Afterwards
  readonly graceSeconds: number
  readonly deleteOldest: boolean
  /** Keys that are younger are left alone. */
  readonly olderThanSeconds?: number | undefined
}

/** What became of a profile's keys. */
export interface RotationResult extends Partial<Rotated> {
  /** The one whose name the keys are stored under. */
  readonly profile: string
  readonly status: 'rotated' | 'finished' | 'young' | 'rotated by another'
  /** All that the new key was stored for, where one key was stored several times. */
  readonly profiles?: readonly string[]
  /** An old key that an earlier rotation had kept, and that is deleted now. */
  readonly deletedLater?: string
  /** Until when the old key is kept, as ISO 8601. */
  readonly keptUntil?: string
}

/**
 * Rotates the keys that a profile's credentials stem from, or finishes what an earlier run began. One rotation runs at a
 * time in a vault; who finds after waiting that the keys were rotated meanwhile does nothing.
 * @throws VaultError ERR_ROTATE_*, ERR_IAM_*, and what the keyring, the plan and questions throw
 */
export async function runRotation(
  container: Container,
  profile: string,
  wishes: RotationWishes,
): Promise<RotationResult> {
  const vault = await container.vault()
  const flags = { 'no-session': !wishes.session }
  const { plan, obtain } = await prepareObtaining(container, profile, flags, {
    mfaCodes: wishes.mfaCodes,
    reshape: made => keysOnly(made, wishes.session),
  })
  const source = plan.profile
  const before = await keyOf(vault, source)
  const onWait = () => container.logger.warn('waiting for another aws-vault that is rotating keys')
  return container.withLock(
    `${vault.identity} rotate`,
    async () => {
      const own = await keyOf(vault, source)
      if (own.accessKeyId !== before.accessKeyId) return { profile: source, status: 'rotated by another' as const }
      const signer = plan.steps.length === 1 ? () => keyOf(vault, source) : once(obtain)
      // Whoever has to be asked is asked before anything is drawn.
      await signer()
      await using steps = openSteps(`Rotating the keys of ${source}`)
      try {
        return await rotateAlone({ container, vault, source, own, wishes, signer, steps })
      } catch (error) {
        await steps.end(false)
        throw error
      }
    },
    onWait,
  )
}

interface Alone {
  readonly container: Container
  readonly vault: Vault
  readonly source: string
  readonly own: Credentials
  readonly wishes: RotationWishes
  readonly signer: () => Promise<Credentials>
  readonly steps: Steps
}

async function rotateAlone(alone: Alone): Promise<RotationResult> {
  const { container, vault, source, own, wishes, signer } = alone
  const config = container.awsConfig()
  const target = iamTarget(source, config, readWishes({}, container.world.environment))
  const hide = (secret: string | undefined): void => container.redactor.add(secret)
  const iam = accessKeysOfSigner(target, signer, container.callContext(), hide)
  const store = new RotationStore(vault.keyring, hide)
  const journal = await store.journalOf(source)
  const retired = await deleteRetired(alone, store, iam)
  if (journal === undefined && (await isYoung(alone, iam))) return { profile: source, status: 'young', ...retired }
  const holders = await holdersOf(container, vault)
  const profiles = [source, ...(holders.get(own.accessKeyId) ?? []).filter(name => name !== source)] as const
  const { afterwards, graceSeconds } = wishes
  const request = {
    profiles: [...profiles] as [string, ...string[]],
    oldKeyId: own.accessKeyId,
    afterwards,
    graceSeconds,
  }
  const rotated = await rotateKey(request, journal, portsOf(alone, store, iam, holders))
  const ends = rotated.afterwards === 'grace' ? await store.retiredOf(journal?.profiles[0] ?? source) : undefined
  return {
    profile: source,
    status: rotated.resumed ? 'finished' : 'rotated',
    profiles: journal?.profiles ?? profiles,
    ...rotated,
    ...retired,
    ...(ends !== undefined && { keptUntil: new Date(ends.deleteAfter).toISOString() }),
  }
}

function portsOf(
  { container, vault, source, steps, wishes }: Alone,
  store: RotationStore,
  iam: AccessKeys,
  holders: ReadonlyMap<string, readonly string[]>,
): RotationPorts {
  const { logger, signal, clock } = container
  return {
    iam,
    whoIs: key => whoIs(container, source, key),
    stored: profiles => Promise.all(profiles.map(async name => (await vault.credentials.get(name))?.accessKeyId)),
    store: (profile, key) => vault.credentials.replace(profile, key),
    writeJournal: written => store.write(written),
    removeJournal: written => store.remove(written),
    retire: key => store.retire(key),
    dropSessions: async profiles => {
      const stored = new Set(await vault.credentials.list())
      const signed = profiles.flatMap(name => profilesSignedBy(container.awsConfig(), stored, name))
      const dropped = await vault.sessions.clear([...profiles, ...signed])
      await tellServers(container, 'forget', profiles)
      return dropped
    },
    chooseForRoom: async others => {
      await steps.end(true)
      return makeRoom({ profile: source, others, holders, deleteOldest: wishes.deleteOldest, ask: container.ask })
    },
    now: clock.now,
    sleep: async milliseconds => {
      const { setTimeout } = await import('node:timers/promises')
      await setTimeout(milliseconds, undefined, { signal })
    },
    say: steps.say,
    warn: message => logger.warn(message),
  }
}

/** Deletes the old key of an earlier rotation when its time has come, or when room is wanted. */
async function deleteRetired(
  { container, source, steps, wishes, own }: Alone,
  store: RotationStore,
  iam: AccessKeys,
): Promise<{ deletedLater?: string }> {
  const retired = await store.retiredOf(source)
  if (retired === undefined) return {}
  const { accessKeyId, deleteAfter } = retired
  if (deleteAfter > container.clock.now() && !wishes.deleteOldest) {
    if (wishes.olderThanSeconds !== undefined) return {}
    const until = new Date(deleteAfter).toISOString()
    throw new VaultError(
      'ERR_ROTATE_GRACE',
      `the old key ${accessKeyId} of profile "${source}" is kept until ${until}`,
      {
        hint: `delete it now: aws-vault rotate --delete-oldest ${source}`,
        facts: { profile: source, accessKeyId, until },
      },
    )
  }
  // Somebody may have put it back.
  if (accessKeyId !== own.accessKeyId) {
    steps.say(`deleting ${accessKeyId}, which an earlier rotation had kept`)
    await iam.delete(accessKeyId)
  }
  await store.forgetRetired(source)
  return { deletedLater: accessKeyId }
}

async function isYoung({ container, wishes, own, steps }: Alone, iam: AccessKeys): Promise<boolean> {
  const { olderThanSeconds } = wishes
  if (olderThanSeconds === undefined) return false
  steps.say('looking how old they are')
  const created = (await iam.list()).find(({ accessKeyId }) => accessKeyId === own.accessKeyId)?.created
  return created !== undefined && container.clock.now() - created.getTime() < olderThanSeconds * 1000
}

/** Which profiles hold which key: one user's key may be stored several times. */
async function holdersOf({ logger }: Container, { credentials }: Vault): Promise<Map<string, string[]>> {
  const holders = new Map<string, string[]>()
  for (const name of await credentials.list()) {
    try {
      const id = (await credentials.get(name))?.accessKeyId
      if (id !== undefined) holders.set(id, [...(holders.get(id) ?? []), name])
    } catch (error) {
      if (!isVaultError(error, 'ERR_VAULT_ITEM') && !isVaultError(error, 'ERR_KEYRING_ITEM')) throw error
      logger.warn(`whether profile "${name}" holds the same key cannot be told: ${error.message}`)
    }
  }
  return holders
}

async function keyOf({ credentials }: Vault, profile: string): Promise<Credentials> {
  const keys = await credentials.get(profile)
  if (keys !== undefined) return keys
  throw new VaultError('ERR_CREDENTIALS_MISSING', `no keys are stored for profile "${profile}"`, {
    hint: `store them with: aws-vault add ${profile}`,
    facts: { profile },
  })
}

/** A session lives on when the key is gone that it was made from; another one would cost another MFA code. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}
