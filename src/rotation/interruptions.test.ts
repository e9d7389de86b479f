/**
 * Every interruption of a rotation, and every two after each other: at each call and each write, failed before or after
 * it had its effect, refused, or the program killed; whatever becomes of the old key, with one key and with another one in
 * the way, for one profile and for two that have the same key. Against an IAM and a vault in memory.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { GRACE_SECONDS, KINDS, RotationWorld, type RunOptions } from '../../test/support/rotation-world.ts'
import type { Afterwards } from './journal.ts'

/** Room for the calls and writes of a run that has to undo another one first. */
const most = 40

interface Case {
  readonly afterwards: Afterwards
  readonly profiles: readonly string[]
  /** What is there beside the stored key: nothing, a key of which nobody knows, an old key whose time has come. */
  readonly beside: 'nothing' | 'another key' | 'an old key'
}

const cases: Case[] = (['delete', 'keep', 'grace'] as const).flatMap(afterwards =>
  [['work'], ['work', 'twin']].flatMap(profiles =>
    (['nothing', 'another key', 'an old key'] as const).map(beside => ({ afterwards, profiles, beside })),
  ),
)

function worldOf({ afterwards, profiles, beside }: Case): RotationWorld {
  const world = new RotationWorld(profiles)
  world.now += 86_400_000
  if (beside !== 'nothing') {
    const { accessKeyId } = world.make()
    world.now += 86_400_000
    const [first = '', ...others] = profiles
    const key = world.iam.get(accessKeyId)
    if (beside === 'an old key' && key !== undefined) {
      key.active = false
      world.retired = { profiles: [first, ...others], accessKeyId, deleteAfter: world.now - 1 }
    }
  }
  // A person who is asked says yes, about keys that stay with the kind of rotation, or where AWS does not say its use.
  world.choose = (others, reason) => {
    assert.ok(reason === 'interrupted' || beside === 'another key' || afterwards === 'keep', 'somebody is asked')
    return others[0]?.accessKeyId
  }
  return world
}

/** The run that nothing interrupts. */
async function finish(world: RotationWorld, { afterwards, profiles }: Case): Promise<void> {
  const [before, journal] = [world.retired, world.journal]
  const as = profiles.at(-1) ?? ''
  const { error } = await world.run({ afterwards, as })
  // All had been done but for the last word.
  const isOver = isVaultError(error, 'ERR_ROTATE_GRACE') && journal === undefined && before !== undefined
  if (error !== undefined && !isOver) throw error
  world.assertDone(afterwards === 'delete' ? 0 : 1)
  assert.equal(world.retired !== undefined, afterwards === 'grace', 'what waits to be deleted')
  if (afterwards !== 'grace') return
  // Its time comes, by whichever profile it is rotated again.
  world.now += GRACE_SECONDS * 1000
  const { deletedLater } = await world.ok({ as })
  assert.ok(deletedLater)
  world.assertDone()
  assert.equal(world.retired, undefined)
}

describe('a rotation that is interrupted', () => {
  for (const one of cases) {
    const { afterwards, profiles, beside } = one
    it(`once: ${afterwards}, ${profiles.join(' and ')}, beside it ${beside}`, async () => {
      for (const kind of KINDS) {
        for (let at = 1; ; at++) {
          assert.ok(at < most)
          const world = worldOf(one)
          const ran = await world.run({ afterwards, fault: { at, kind } })
          try {
            world.assertSafe()
            if (ran.events < at) break
            await finish(world, one)
          } catch (error) {
            throw new Error(`${kind} at ${at}`, { cause: error })
          }
        }
      }
    })
  }

  const thorough = cases.filter(
    ({ afterwards, profiles, beside }) =>
      profiles.length === 2 && (beside === 'nothing' || (beside === 'another key') === (afterwards === 'delete')),
  )
  for (const one of thorough) {
    const { afterwards, beside } = one
    for (const kind of KINDS) {
      it(`twice, and ${kind} first: ${afterwards}, beside it ${beside}`, async () => {
        let combinations = 0
        for (let at = 1; at <= most; at++) {
          for (const secondKind of KINDS) {
            for (let secondAt = 1; secondAt <= most; secondAt++) {
              const where = `${kind} at ${at}, then ${secondKind} at ${secondAt}`
              const world = worldOf(one)
              // By turns it is taken up by the profile that it was begun for, and by the other one.
              const again: RunOptions = { afterwards, as: secondAt % 2 ? 'twin' : 'work' }
              try {
                const first = await world.run({ afterwards, fault: { at, kind } })
                world.assertSafe()
                if (first.events < at) return void assert.ok(combinations > 600, `${combinations}`)
                const second = await world.run({ ...again, fault: { at: secondAt, kind: secondKind } })
                world.assertSafe()
                await finish(world, one)
                combinations += 1
                if (second.events < secondAt) break
              } catch (error) {
                throw new Error(where, { cause: error })
              }
            }
          }
        }
      })
    }
  }
})
