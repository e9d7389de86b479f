import assert from 'node:assert/strict'
import { it } from 'node:test'
import { SimulatedTime } from '../../test/servers/support/simulated-time.ts'
import { IdleWatch } from './idle-watch.ts'

const MINUTE = 60_000

it('tells after that long without a use, and counts from the last one', async () => {
  const time = new SimulatedTime()
  let told = 0
  const watch = new IdleWatch(60 * MINUTE, () => told++, time, time)
  for (let count = 0; count < 10; count++) {
    await time.pass(59 * MINUTE)
    watch.used()
  }
  await time.pass(59 * MINUTE)
  assert.equal(told, 0)
  await time.pass(MINUTE)
  assert.equal(told, 1)
  await time.pass(600 * MINUTE)
  assert.equal(told, 1)
})

it('tells nothing once it is closed', async () => {
  const time = new SimulatedTime()
  let told = 0
  const closed = new IdleWatch(MINUTE, () => told++, time, time)
  closed.close()
  await time.pass(10 * MINUTE)
  assert.equal(told, 0)
})
