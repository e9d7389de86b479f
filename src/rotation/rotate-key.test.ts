/**
 * Every interruption of a rotation, and every two after each other: at each call and each write, failed before or after
 * it had its effect, refused, or the program killed. Against an IAM and a vault in memory.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { VaultError } from '@aws-vault/plugin-sdk'
import type { Afterwards, Journal, KeyPair, RetiredKey } from './journal.ts'
import type { RotationPorts } from './ports.ts'
import { rotateKey } from './rotate-key.ts'

const kinds = ['refused', 'fails', 'fails after its effect', 'killed before', 'killed after'] as const
interface Fault {
  /** Counted from 1 among the calls and writes of a run. */
  readonly at: number
  readonly kind: (typeof kinds)[number]
}

class Killed extends Error {}

const PROFILES = ['work', 'twin'] as const

class World {
  readonly iam = new Map<string, { active: boolean; secret: string; created: Date }>()
  readonly vault = new Map<string, KeyPair>()
  journal: Journal | undefined
  retired: RetiredKey | undefined
  now = Date.UTC(2026, 0, 1)
  #made = 0

  constructor() {
    const first = this.#make()
    for (const profile of PROFILES) this.vault.set(profile, first)
  }

  #make(): KeyPair {
    const accessKeyId = `AKIA${++this.#made}`
    const secretAccessKey = `secret ${this.#made}`
    this.iam.set(accessKeyId, { active: true, secret: secretAccessKey, created: new Date(this.now) })
    assert.ok(this.iam.size <= 2, 'AWS has no room')
    return { accessKeyId, secretAccessKey }
  }

  /** Runs a rotation with a fault; says how many calls and writes there were. */
  async run(fault: Fault | undefined, afterwards: Afterwards = 'delete', unknownFor = 0): Promise<number> {
    let count = 0
    let isDead = false
    let unknown = unknownFor
    const event = async <T>(isWrite: boolean, effect: () => T): Promise<T> => {
      if (isDead) throw new Killed()
      count += 1
      this.now += 1000
      if (fault?.at !== count) return effect()
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
      const { accessKeyId = '' } = this.vault.get('work') ?? {}
      if (this.iam.get(accessKeyId)?.active !== true) throw new VaultError('ERR_IAM_KEYS_REFUSED', accessKeyId)
      return effect()
    }
    const ports: RotationPorts = {
      iam: {
        list: () =>
          call(() =>
            signed(() => [...this.iam].map(([accessKeyId, { active, created }]) => ({ accessKeyId, active, created }))),
          ),
        create: () => call(() => signed(() => this.#make())),
        deactivate: id =>
          call(() => signed(() => Object.assign(this.iam.get(id) ?? {}, { active: false }))).then(() => {}),
        delete: id => call(() => signed(() => this.iam.delete(id))).then(() => {}),
        deleteSelf: ({ accessKeyId }) => call(() => this.iam.delete(accessKeyId)).then(() => {}),
      },
      whoIs: ({ accessKeyId, secretAccessKey }) =>
        call(() => {
          if (unknown-- > 0 || this.iam.get(accessKeyId)?.secret !== secretAccessKey) {
            throw new VaultError('ERR_STS_KEYS_REFUSED', accessKeyId)
          }
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
      dropSessions: async () => {
        await write(() => {})
        return 0
      },
      chooseForRoom: async () => assert.fail('there is a key of which nobody knows'),
      now: () => this.now,
      sleep: async milliseconds => {
        this.now += milliseconds
      },
      say: () => {},
      warn: () => {},
    }
    const oldKeyId = this.vault.get('work')?.accessKeyId ?? ''
    try {
      await rotateKey({ profiles: [...PROFILES], oldKeyId, afterwards, graceSeconds: 60 }, this.journal, ports)
    } catch (error) {
      if (!(error instanceof Killed) && !(error instanceof VaultError)) throw error
      if (fault === undefined && unknownFor === 0) throw error
    }
    return count
  }

  /** What holds at every moment: whoever runs `exec` has a working key, and IAM has one more at most. */
  assertSafe(): void {
    for (const profile of PROFILES) {
      const { accessKeyId = '', secretAccessKey } = this.vault.get(profile) ?? {}
      assert.deepEqual(
        [this.iam.get(accessKeyId)?.active, this.iam.get(accessKeyId)?.secret],
        [true, secretAccessKey],
        `${profile} has no working key`,
      )
    }
    assert.ok(this.iam.size <= 2)
  }

  assertDone(left = 0): void {
    this.assertSafe()
    const ids = new Set(PROFILES.map(profile => this.vault.get(profile)?.accessKeyId))
    assert.equal(ids.size, 1, 'the profiles have different keys')
    assert.equal(this.iam.size, 1 + left, `${this.iam.size} keys at AWS`)
    assert.equal(this.journal, undefined)
  }
}

/** Room for the calls and writes of a run that has to undo another one first. */
const most = 24

describe('a rotation', () => {
  it('ends with one key, which is new', async () => {
    const world = new World()
    const events = await world.run(undefined)
    world.assertDone()
    assert.equal(world.vault.get('work')?.accessKeyId, 'AKIA2')
    assert.ok(events >= 14 && events < most, `${events}`)
  })

  for (const afterwards of ['keep', 'grace'] as const) {
    it(`can leave the old key, deactivated: ${afterwards}`, async () => {
      const world = new World()
      await world.run(undefined, afterwards)
      world.assertDone(1)
      assert.equal(world.iam.get('AKIA1')?.active, false)
      assert.equal(world.retired?.accessKeyId, afterwards === 'grace' ? 'AKIA1' : undefined)
    })
  }

  for (const kind of kinds) {
    it(`${kind} at any moment, then with anything at any moment, is finished or undone by the next run`, async () => {
      let combinations = 0
      for (let at = 1; at <= most; at++) {
        for (const secondKind of kinds) {
          for (let secondAt = 1; secondAt <= most; secondAt++) {
            const where = `${kind} at ${at}, then ${secondKind} at ${secondAt}`
            const world = new World()
            try {
              const ran = await world.run({ at, kind })
              world.assertSafe()
              if (ran < at) return void assert.ok(combinations > 600, `${combinations}`)
              const again = await world.run({ at: secondAt, kind: secondKind })
              world.assertSafe()
              await world.run(undefined)
              world.assertDone()
              combinations += 1
              if (again < secondAt) break
            } catch (error) {
              throw new Error(where, { cause: error })
            }
          }
        }
      }
    })

    it(`${kind} at any moment, with a grace for the old key`, async () => {
      for (let at = 1; at <= most; at++) {
        const world = new World()
        await world.run({ at, kind }, 'grace')
        world.assertSafe()
        if (world.journal === undefined && world.iam.size === 2) continue
        await world.run(undefined, 'grace')
        world.assertDone(1)
      }
    })
  }

  it('waits for AWS to know the new key, a minute at most, and goes on with it in the next run', async () => {
    const world = new World()
    await world.run(undefined, 'delete', 1000)
    world.assertSafe()
    assert.deepEqual([world.journal?.phase, world.vault.get('work')?.accessKeyId], ['created', 'AKIA1'])
    await world.run(undefined, 'delete', 3)
    world.assertDone()
    assert.equal(world.vault.get('work')?.accessKeyId, 'AKIA2')
  })

  it('begins anew when the new key was deleted by somebody', async () => {
    const world = new World()
    await world.run(undefined, 'delete', 1000)
    world.iam.delete('AKIA2')
    await world.run(undefined)
    world.assertDone()
    assert.equal(world.vault.get('work')?.accessKeyId, 'AKIA3')
  })

  it('leaves keys alone that somebody else made since', async () => {
    const world = new World()
    await world.run({ at: 3, kind: 'killed before' })
    assert.equal(world.journal?.phase, 'creating')
    world.iam.set('AKIAOTHER', { active: true, secret: 's', created: new Date(world.now + 86_400_000) })
    await assert.rejects(world.run(undefined), /nobody knows/)
    assert.ok(world.iam.has('AKIAOTHER'))
  })

  it('never deletes the old key when somebody has stored it again', async () => {
    const world = new World()
    const old = world.vault.get('work')
    assert.ok(old)
    await world.run({ at: 9, kind: 'killed after' })
    assert.equal(world.journal?.phase, 'switched')
    world.vault.set('work', old)
    world.vault.set('twin', old)
    await assert.rejects(world.run(undefined), /nobody knows/)
    world.assertSafe()
    assert.ok(world.iam.has('AKIA1'))
  })

  it('takes the new key away from AWS when other keys were stored meanwhile', async () => {
    const world = new World()
    await world.run(undefined, 'delete', 1000)
    world.iam.delete('AKIA1')
    const other = { accessKeyId: 'AKIAOTHER', secretAccessKey: 's' }
    world.iam.set('AKIAOTHER', { active: true, secret: 's', created: new Date(0) })
    for (const profile of PROFILES) world.vault.set(profile, other)
    await world.run(undefined)
    world.assertDone()
    assert.equal(world.iam.has('AKIA2'), false)
  })
})
