/** Rotations of which something is to be said beyond that they can be interrupted; for that see interruptions.test.ts. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { GRACE_SECONDS, RotationWorld } from '../../test/support/rotation-world.ts'

/** One whose CreateAccessKey had its effect, and whose answer was lost. */
async function withOrphan(world = new RotationWorld()): Promise<RotationWorld> {
  await world.run({ fault: { at: 3, kind: 'fails after its effect' } })
  assert.equal(world.journal?.phase, 'creating')
  assert.ok(world.iam.has('AKIA2'))
  return world
}

/** One that was killed before CreateAccessKey. */
async function withoutOrphan(world = new RotationWorld()): Promise<RotationWorld> {
  await world.run({ fault: { at: 3, kind: 'killed before' } })
  assert.equal(world.journal?.phase, 'creating')
  assert.equal(world.iam.size, 1)
  return world
}

describe('a rotation', () => {
  it('ends with one key, which is new', async () => {
    const world = new RotationWorld()
    const { events } = await world.run()
    world.assertDone()
    assert.equal(world.vault.get('work')?.accessKeyId, 'AKIA2')
    assert.ok(events >= 14, `${events}`)
  })

  for (const afterwards of ['keep', 'grace'] as const) {
    it(`can leave the old key, deactivated: ${afterwards}`, async () => {
      const world = new RotationWorld()
      await world.ok({ afterwards })
      world.assertDone(1)
      assert.equal(world.iam.get('AKIA1')?.active, false)
      assert.equal(world.retired?.accessKeyId, afterwards === 'grace' ? 'AKIA1' : undefined)
    })
  }

  it('keeps the old key for as many seconds as it was told', async () => {
    const world = new RotationWorld()
    await world.ok({ afterwards: 'grace' })
    const left = (world.retired?.deleteAfter ?? 0) - world.now
    assert.ok(left <= GRACE_SECONDS * 1000 && left > GRACE_SECONDS * 1000 - 5000, `${left}`)
    assert.deepEqual(world.retired?.profiles, ['work', 'twin'])
    world.now += GRACE_SECONDS * 1000 - 10_000
    assert.match(String((await world.run({ as: 'twin' })).error), /AKIA1 of profile "twin" is kept until/)
    assert.ok(world.iam.has('AKIA1'))
    await world.ok({ as: 'twin', deleteOldest: true })
    world.assertDone()
  })

  it('finishes what was begun before it looks for an old key that waits', async () => {
    const world = new RotationWorld()
    const { events } = await world.run({ afterwards: 'grace' })
    const again = new RotationWorld()
    await again.run({ afterwards: 'grace', fault: { at: events, kind: 'killed before' } })
    assert.deepEqual([again.journal?.phase, again.retired?.accessKeyId], ['deactivated', 'AKIA1'])
    const { rotated } = await again.ok({ as: 'twin' })
    assert.deepEqual([rotated?.resumed, rotated?.afterwards], [true, 'grace'])
    again.assertDone(1)
  })

  it('does not delete an old key that waits when somebody has it again, or made it active', async () => {
    const world = new RotationWorld(['work'])
    const old = world.vault.get('work')
    assert.ok(old)
    await world.ok({ afterwards: 'grace' })
    world.now += GRACE_SECONDS * 1000
    world.vault.set('other', old)
    world.choose = () => undefined
    assert.match(String((await world.run()).error), /it shall stay/)
    assert.ok(world.iam.has('AKIA1'))
    assert.match(
      world.said.join('\n'),
      /AKIA1, which an earlier rotation had kept, is not deleted: profile "other" has/,
    )

    const active = new RotationWorld(['work'])
    await active.ok({ afterwards: 'grace' })
    active.now += GRACE_SECONDS * 1000
    Object.assign(active.iam.get('AKIA1') ?? {}, { active: true })
    active.choose = () => undefined
    assert.match(String((await active.run()).error), /it shall stay/)
    assert.ok(active.iam.has('AKIA1'))
  })

  it('leaves a young key alone, and forgets an old one that waits when that has made room', async () => {
    const world = new RotationWorld(['work'])
    assert.deepEqual(await world.ok({ olderThanSeconds: 60 }), {})
    await world.ok({ afterwards: 'grace' })
    world.now += 60_000
    world.choose = () => 'AKIA1'
    assert.ok((await world.ok({ olderThanSeconds: 60 })).rotated)
    world.assertDone()
    assert.equal(world.retired, undefined)
  })

  it('waits for AWS to know the new key, a minute at most, and goes on with it in the next run', async () => {
    const world = new RotationWorld()
    await world.run({ unknownFor: 1000 })
    world.assertSafe()
    assert.deepEqual([world.journal?.phase, world.vault.get('work')?.accessKeyId], ['created', 'AKIA1'])
    await world.ok({ unknownFor: 3 })
    world.assertDone()
    assert.equal(world.vault.get('work')?.accessKeyId, 'AKIA2')
  })

  it('begins anew when the new key was deleted by somebody', async () => {
    const world = new RotationWorld()
    await world.run({ unknownFor: 1000 })
    world.iam.delete('AKIA2')
    await world.ok()
    world.assertDone()
    assert.equal(world.vault.get('work')?.accessKeyId, 'AKIA3')
  })

  it('never deletes the old key when somebody has stored it again', async () => {
    const world = new RotationWorld()
    const old = world.vault.get('work')
    assert.ok(old)
    await world.run({ fault: { at: 9, kind: 'killed after' } })
    assert.equal(world.journal?.phase, 'switched')
    world.vault.set('work', old)
    world.vault.set('twin', old)
    await assert.rejects(world.run(), /somebody is asked/)
    world.assertSafe()
    assert.ok(world.iam.has('AKIA1'))
  })

  it('gives the new key to a profile that the old one was stored for meanwhile, or leaves the old one alone', async () => {
    for (const [at, isGiven] of [
      [5, true],
      [9, false],
    ] as const) {
      const world = new RotationWorld()
      const old = world.vault.get('work')
      assert.ok(old)
      await world.run({ fault: { at, kind: 'killed before' } })
      world.vault.set('third', old)
      const { rotated } = await world.ok()
      assert.equal(world.vault.get('third')?.accessKeyId, isGiven ? 'AKIA2' : 'AKIA1')
      assert.deepEqual(rotated?.oldKeyHeldBy, isGiven ? undefined : ['third'])
      assert.equal(world.iam.get('AKIA1')?.active, isGiven ? undefined : true)
    }
  })

  it('takes the new key away from AWS when other keys were stored meanwhile', async () => {
    const world = new RotationWorld()
    await world.run({ unknownFor: 1000 })
    world.iam.delete('AKIA1')
    const other = { accessKeyId: 'AKIAOTHER', secretAccessKey: 's' }
    world.iam.set('AKIAOTHER', { active: true, secret: 's', created: new Date(0), used: true })
    for (const profile of world.profiles) world.vault.set(profile, other)
    await world.ok()
    world.assertDone()
    assert.equal(world.iam.has('AKIA2'), false)
  })
})

describe('a key that an interrupted creation may have left', () => {
  it('is deleted when it was made within that very call, and never used', async () => {
    for (const skew of [0, -240_000, 240_000]) {
      const world = new RotationWorld()
      world.skew = skew
      await withOrphan(world)
      world.now += 3_600_000
      await world.ok()
      world.assertDone()
      assert.deepEqual(world.asked, [])
    }
  })

  /** Each makes it somebody's, perhaps. */
  const doubts: Record<string, (world: RotationWorld) => unknown> = {
    'it was used': world => Object.assign(world.iam.get('AKIA2') ?? {}, { used: true }),
    'not every item of the vault can be read': world => {
      world.isReadable = false
    },
  }
  for (const [what, makeDoubtful] of Object.entries(doubts)) {
    it(`is asked for where ${what}`, async () => {
      const world = await withOrphan()
      makeDoubtful(world)
      await assert.rejects(world.run(), /somebody is asked/)
      assert.deepEqual(world.asked, [{ reason: 'interrupted', ids: ['AKIA2'] }])
      assert.ok(world.iam.has('AKIA2'))
      assert.equal(world.journal?.phase, 'creating')
      world.choose = () => 'AKIA2'
      await world.ok()
      world.assertDone()
    })
  }

  for (const [what, seconds] of [
    ['a minute before', -60],
    ['some minutes after', 300],
  ] as const) {
    it(`is asked for where it was made ${what}, and stays at a no`, async () => {
      const world = await withoutOrphan()
      const { accessKeyId } = world.make(seconds)
      world.choose = () => undefined
      const { error } = await world.run()
      assert.match(String(error), /it shall stay/)
      assert.deepEqual(world.asked, [{ reason: 'interrupted', ids: [accessKeyId] }])
      assert.ok(world.iam.has(accessKeyId))
      assert.equal(world.journal, undefined)
    })
  }

  it('is not meant where it was made after the answer was lost, as far as that was noted', async () => {
    const world = new RotationWorld()
    await world.run({ fault: { at: 3, kind: 'fails' } })
    world.make(20)
    await assert.rejects(world.run(), /somebody is asked/)
    assert.deepEqual(world.asked, [{ reason: 'interrupted', ids: ['AKIA2'] }])
  })

  it('is not meant where a profile has it', async () => {
    const world = await withoutOrphan()
    const made = world.make()
    world.vault.set('ci', made)
    await assert.rejects(world.run(), /somebody is asked/)
    assert.deepEqual(world.asked, [{ reason: 'room', ids: [made.accessKeyId] }])
    assert.ok(world.iam.has(made.accessKeyId))
  })

  it('is not meant where it was made much later', async () => {
    const world = await withoutOrphan()
    world.make(86_400)
    await assert.rejects(world.run(), /somebody is asked/)
    assert.deepEqual(world.asked, [{ reason: 'room', ids: ['AKIA2'] }])
  })
})

describe('room for a new key', () => {
  it('is made only when it is known that a new one may be made', async () => {
    const world = new RotationWorld()
    world.make()
    world.choose = () => 'AKIA2'
    const { error } = await world.run({ fault: { at: 3, kind: 'refused' } })
    assert.equal((error as { code?: string }).code, 'ERR_IAM_DENIED')
    assert.deepEqual([world.asked, world.iam.size, world.journal], [[], 2, undefined])
    await world.ok()
    world.assertDone()
    assert.deepEqual(world.asked, [{ reason: 'room', ids: ['AKIA2'] }])
  })
})
