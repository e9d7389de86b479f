import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RenewedPlan } from './renewed-plan.ts'

test('is made again for another config, after it was forgotten, and after a failure; otherwise once', async () => {
  let config: unknown = {}
  let made = 0
  let fails = false
  const plans = new RenewedPlan(
    () => config,
    async () => {
      if (fails) throw new Error('broken')
      return ++made
    },
  )
  assert.deepEqual(await Promise.all([plans.current(), plans.current()]), [1, 1])
  assert.equal(await plans.current(), 1)
  config = {}
  assert.equal(await plans.current(), 2)
  plans.forget()
  assert.equal(await plans.current(), 3)
  config = {}
  fails = true
  await assert.rejects(plans.current(), /broken/)
  fails = false
  assert.equal(await plans.current(), 4)
})
