/** An IAM and a vault in memory, in which a rotation can be interrupted at each of its calls and writes. */
import assert from 'node:assert/strict'
import { isVaultError, VaultError } from '@aws-vault/plugin-sdk'
import type { Holders } from '../../src/rotation/holders.ts'
import type { Afterwards, Journal, KeyPair, RetiredKey } from '../../src/rotation/journal.ts'
import type { ListedKey, RoomReason, RotationPorts } from '../../src/rotation/ports.ts'
import { rotateStored, type StoredOutcome } from '../../src/rotation/rotate-stored.ts'

export const KINDS = ['refused', 'fails', 'fails after its effect', 'killed before', 'killed after'] as const

export interface Fault {
  /** Counted from 1 among the calls and writes of a run. */
  readonly at: number
  readonly kind: (typeof KINDS)[number]
}

class Killed extends Error {}

interface IamKey {
  active: boolean
  readonly secret: string
  readonly created: Date
  used: boolean
}

export interface RunOptions {
  readonly fault?: Fault | undefined
  readonly afterwards?: Afterwards
  /** The profile that is named. */
  readonly as?: string
  /** How often AWS does not know a new key yet. */
  readonly unknownFor?: number
  readonly deleteOldest?: boolean
  readonly olderThanSeconds?: number
}

/** What a run came to. */
export interface Ran {
  /** How many calls and writes there were. */
  readonly events: number
  readonly outcome?: StoredOutcome
  /** A VaultError, or that it was killed. */
  readonly error?: Error
}

export const GRACE_SECONDS = 600

export class RotationWorld {
  readonly iam = new Map<string, IamKey>()
  readonly vault = new Map<string, KeyPair>()
  readonly profiles: readonly string[]
  /** Says which key may go; nobody is asked unless this is replaced. */
  choose: (others: readonly ListedKey[], reason: RoomReason) => string | undefined = () =>
    assert.fail('somebody is asked')
  readonly asked: { readonly reason: RoomReason; readonly ids: readonly string[] }[] = []
  readonly said: string[] = []
  journal: Journal | undefined
  retired: RetiredKey | undefined
  now = Date.UTC(2026, 0, 1)
  /** Whether every item of the vault can be read. */
  isReadable = true
  /** By how much AWS's clock is ahead of ours. */
  skew = 0
  #made = 0

  constructor(profiles: readonly string[] = ['work', 'twin']) {
    this.profiles = profiles
    const first = this.make()
    for (const profile of profiles) this.vault.set(profile, first)
  }

  /** Makes a key, as anybody with rights over the user. */
  make(seconds = 0): KeyPair {
    const accessKeyId = `AKIA${++this.#made}`
    const secret = `secret ${this.#made}`
    const created = new Date(this.now + this.skew + seconds * 1000)
    this.iam.set(accessKeyId, { active: true, secret, created, used: false })
    assert.ok(this.iam.size <= 2, 'AWS has no room')
    return { accessKeyId, secretAccessKey: secret }
  }

  holders(): Holders {
    return {
      of: id => [...this.vault].filter(([, { accessKeyId }]) => accessKeyId === id).map(([name]) => name),
      isComplete: this.isReadable,
    }
  }

  /** Runs `rotate`, interrupted by a fault if one is given. */
  async run(options: RunOptions = {}): Promise<Ran> {
    const { fault, afterwards = 'delete', as = 'work', unknownFor = 0 } = options
    let events = 0
    let isDead = false
    let unknown = unknownFor
    const event = async <T>(isWrite: boolean, effect: () => T): Promise<T> => {
      if (isDead) throw new Killed()
      events += 1
      this.now += 1000
      if (fault?.at !== events) return effect()
      if (fault.kind === 'refused') throw new VaultError(isWrite ? 'ERR_KEYRING_LOCKED' : 'ERR_IAM_DENIED', 'no')
      if (fault.kind === 'fails after its effect' || fault.kind === 'killed after') effect()
      if (fault.kind.startsWith('killed')) {
        isDead = true
        throw new Killed()
      }
      throw new VaultError(isWrite ? 'ERR_KEYRING_STORAGE' : 'ERR_NETWORK_FAILED', 'it failed')
    }
    const call = <T>(effect: () => T): Promise<T> => event(false, effect)
    const write = (effect: () => unknown): Promise<void> => event(true, effect).then(() => {})
    /** What IAM does goes by the key that is stored. */
    const signed = <T>(effect: () => T): T => {
      const { accessKeyId = '' } = this.vault.get(as) ?? {}
      const key = this.iam.get(accessKeyId)
      if (key?.active !== true) throw new VaultError('ERR_IAM_KEYS_REFUSED', accessKeyId)
      key.used = true
      return effect()
    }
    const ports: RotationPorts = {
      holders: this.holders(),
      iam: {
        list: () =>
          call(() =>
            signed(() => [...this.iam].map(([accessKeyId, { active, created }]) => ({ accessKeyId, active, created }))),
          ),
        lastUse: async id => {
          try {
            const used = await call(() => signed(() => this.iam.get(id)?.used))
            return used ? { at: new Date(this.now), service: 's3' } : 'never'
          } catch (error) {
            if (isVaultError(error, 'ERR_IAM_DENIED')) return 'unknown'
            throw error
          }
        },
        create: () =>
          call(() =>
            signed(() => {
              if (this.iam.size >= 2) throw new VaultError('ERR_IAM_KEY_LIMIT', 'two keys')
              return this.make()
            }),
          ),
        deactivate: id =>
          call(() => signed(() => Object.assign(this.iam.get(id) ?? {}, { active: false }))).then(() => {}),
        delete: id => call(() => signed(() => this.#delete(id))).then(() => {}),
        deleteSelf: ({ accessKeyId }) => call(() => this.#delete(accessKeyId)).then(() => {}),
        now: () => this.now + this.skew,
      },
      whoIs: ({ accessKeyId, secretAccessKey }) =>
        call(() => {
          const key = this.iam.get(accessKeyId)
          if (unknown-- > 0 || key?.secret !== secretAccessKey)
            throw new VaultError('ERR_STS_KEYS_REFUSED', accessKeyId)
          key.used = true
          return 'arn:aws:iam::123456789012:user/alice'
        }),
      stored: async profiles => profiles.map(profile => this.vault.get(profile)?.accessKeyId),
      store: (profile, key) => write(() => this.vault.set(profile, key)),
      writeJournal: journal =>
        write(() => {
          this.journal = structuredClone(journal)
        }),
      removeJournal: () =>
        write(() => {
          this.journal = undefined
        }),
      retire: key =>
        write(() => {
          this.retired = key
        }),
      forgetRetired: () =>
        write(() => {
          this.retired = undefined
        }),
      dropSessions: async () => {
        await write(() => {})
        return 0
      },
      chooseForRoom: async (others, _own, reason) => {
        this.asked.push({ reason, ids: others.map(it => it.accessKeyId) })
        const chosen = others.find(({ accessKeyId }) => accessKeyId === this.choose(others, reason))
        if (chosen === undefined) throw new VaultError('ERR_ROTATE_NO_ROOM', 'it shall stay')
        return chosen
      },
      now: () => this.now,
      sleep: async milliseconds => {
        this.now += milliseconds
      },
      say: what => this.said.push(what),
      warn: what => this.said.push(what),
    }
    const oldKeyId = this.vault.get(as)?.accessKeyId ?? ''
    const twins = this.holders()
      .of(oldKeyId)
      .filter(name => name !== as)
    const isMine = (found: { readonly profiles: readonly string[] } | undefined) => found?.profiles.includes(as)
    try {
      const outcome = await rotateStored(
        {
          request: { profiles: [as, ...twins], oldKeyId, afterwards, graceSeconds: GRACE_SECONDS },
          journal: isMine(this.journal) ? this.journal : undefined,
          retired: isMine(this.retired) ? this.retired : undefined,
          agreed: { deleteOldest: options.deleteOldest === true },
          olderThanSeconds: options.olderThanSeconds,
        },
        ports,
      )
      return { events, outcome }
    } catch (error) {
      if (!(error instanceof Killed) && !(error instanceof VaultError)) throw error
      return { events, error }
    }
  }

  /** As {@link RotationWorld.run}, which has to end well. */
  async ok(options: RunOptions = {}): Promise<StoredOutcome> {
    const { outcome, error } = await this.run(options)
    if (outcome === undefined) throw error
    return outcome
  }

  #delete(id: string): boolean {
    assert.deepEqual(this.holders().of(id), [], `${id} is deleted, which the vault has`)
    return this.iam.delete(id)
  }

  /** What holds at every moment: whoever runs `exec` has a working key, and IAM has one more at most. */
  assertSafe(): void {
    for (const profile of this.profiles) {
      const { accessKeyId = '', secretAccessKey } = this.vault.get(profile) ?? {}
      assert.deepEqual(
        [this.iam.get(accessKeyId)?.active, this.iam.get(accessKeyId)?.secret],
        [true, secretAccessKey],
        `${profile} has no working key`,
      )
    }
    assert.ok(this.iam.size <= 2)
  }

  /** One key for all profiles; at AWS it, and as many deactivated ones as are said to be left. */
  assertDone(left = 0): void {
    this.assertSafe()
    const ids = new Set(this.profiles.map(profile => this.vault.get(profile)?.accessKeyId))
    assert.equal(ids.size, 1, 'the profiles have different keys')
    assert.equal(this.iam.size, 1 + left, `${this.iam.size} keys at AWS`)
    assert.equal([...this.iam.values()].filter(({ active }) => active).length, 1)
    assert.equal(this.journal, undefined)
  }
}
