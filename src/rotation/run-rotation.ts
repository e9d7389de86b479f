import { type Credentials, VaultError } from '@aws-vault/plugin-sdk'
import type { Container, Vault } from '../container.ts'
import type { MfaCodes } from '../credentials/mfa-codes.ts'
import { prepareObtaining } from '../credentials/obtain.ts'
import type { Plan } from '../credentials/plan-types.ts'
import { readWishes } from '../credentials/wishes.ts'
import { openSteps } from '../output/steps.ts'
import { approveRotation, recordRotation } from './account-for.ts'
import { type Holders, readHolders } from './holders.ts'
import { accessKeysOfSigner } from './iam.ts'
import { iamTarget } from './iam-target.ts'
import type { Afterwards, Journal } from './journal.ts'
import { keysOnly } from './keys-only.ts'
import type { Agreed } from './make-room.ts'
import { portsOf } from './ports-of.ts'
import type { Rotated } from './rotate-key.ts'
import { rotateStored } from './rotate-stored.ts'
import { RotationStore } from './rotation-store.ts'

/** What the user asks `rotate` for. */
export interface RotationWishes {
  readonly session: boolean
  /** Those of all profiles that are rotated in this run. */
  readonly mfaCodes: MfaCodes
  readonly afterwards: Afterwards
  readonly graceSeconds: number
  readonly agreed: Agreed
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
 * time in a vault; who finds after waiting that the keys were rotated meanwhile does nothing, unless that was interrupted.
 * @throws VaultError ERR_ROTATE_*, ERR_IAM_*, ERR_CONFIRM_*, ERR_AUDIT_*, and what the keyring, the plan and questions throw
 */
export async function runRotation(
  container: Container,
  profile: string,
  wishes: RotationWishes,
): Promise<RotationResult> {
  const vault = await container.vault()
  const flags = { 'no-session': !wishes.session }
  let whole: Plan | undefined
  const { plan, obtain } = await prepareObtaining(container, profile, flags, {
    mfaCodes: wishes.mfaCodes,
    reshape: made => {
      whole = made
      return keysOnly(made, wishes.session)
    },
  })
  const source = plan.profile
  const before = await keyOf(vault, source)
  const store = rotationStore(container, vault)
  return rotationLock(container, vault, async () => {
    const own = await keyOf(vault, source)
    const journal = await store.journalOf(source)
    if (own.accessKeyId !== before.accessKeyId && journal === undefined) {
      return { profile: source, status: 'rotated by another' }
    }
    const holders = await readHolders(vault.credentials, container.logger)
    await approveRotation(container, [profile, source, ...holders.of(own.accessKeyId)], whole?.confirm !== undefined)
    await recordRotation(container, plan, own)
    const signer = plan.steps.length === 1 ? () => keyOf(vault, source) : once(obtain)
    // Whoever has to be asked is asked before anything is drawn.
    await signer()
    return await rotateAlone({ container, vault, source, own, journal, holders, store, wishes, signer })
  })
}

/** What the vault has of rotations. */
export function rotationStore({ redactor, logger }: Container, { keyring }: Vault): RotationStore {
  return new RotationStore(
    keyring,
    secret => redactor.add(secret),
    ({ message, hint }) => logger.warn(hint === undefined ? message : `${message} (${hint})`),
  )
}

/** Runs a task while nobody else rotates keys of this vault. */
export function rotationLock<T>(container: Container, { identity }: Vault, task: () => Promise<T>): Promise<T> {
  const onWait = () => container.logger.warn('waiting for another aws-vault that is rotating keys')
  return container.withLock(`${identity} rotate`, task, onWait)
}

interface Alone {
  readonly container: Container
  readonly vault: Vault
  readonly source: string
  readonly own: Credentials
  readonly journal: Journal | undefined
  readonly holders: Holders
  readonly store: RotationStore
  readonly wishes: RotationWishes
  readonly signer: () => Promise<Credentials>
}

async function rotateAlone(alone: Alone): Promise<RotationResult> {
  const { container, vault, source, own, journal, holders, store, wishes, signer } = alone
  const target = iamTarget(source, container.awsConfig(), readWishes({}, container.world.environment))
  const hide = (secret: string): void => container.redactor.add(secret)
  const iam = accessKeysOfSigner(target, signer, container.callContext(), hide)
  const { afterwards, graceSeconds, agreed, olderThanSeconds } = wishes
  const twins = holders.of(own.accessKeyId).filter(name => name !== source)
  const profiles: Journal['profiles'] = [source, ...twins]
  const request = { profiles, oldKeyId: own.accessKeyId, afterwards, graceSeconds }
  const retired = await store.retiredOf(source)
  await using steps = openSteps(`Rotating the keys of ${source}`)
  try {
    const ports = portsOf({ container, vault, source, store, iam, holders, agreed, steps })
    const { rotated, ...deleted } = await rotateStored({ request, journal, retired, agreed, olderThanSeconds }, ports)
    if (rotated === undefined) return { profile: source, status: 'young', profiles, ...deleted }
    const ends = rotated.afterwards === 'grace' ? await store.retiredOf(source) : undefined
    return {
      profile: source,
      status: rotated.resumed ? 'finished' : 'rotated',
      profiles: journal?.profiles ?? profiles,
      ...rotated,
      ...deleted,
      ...(ends !== undefined && { keptUntil: new Date(ends.deleteAfter).toISOString() }),
    }
  } catch (error) {
    await steps.end(false)
    throw error
  }
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
