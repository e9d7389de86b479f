import assert from 'node:assert/strict'
import { test } from 'node:test'
import { realTimers } from './timers.ts'

const DAY = 24 * 60 * 60_000

test('a task runs when it is due, also after more days than a timer of Node takes', context => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const ran: number[] = []
  for (const days of [-1, 1, 24, 25, 50, 400]) realTimers.after(days * DAY, () => ran.push(days))
  const takeBack = realTimers.after(60 * DAY, () => ran.push(60))
  const pass = (days: number): void => {
    for (let day = 0; day < days; day++) context.mock.timers.tick(DAY)
  }
  context.mock.timers.tick(1)
  assert.deepEqual(ran, [-1])
  // Timers that follow each other are up to a day late here, as time passes in days.
  pass(24)
  assert.deepEqual(ran, [-1, 1, 24])
  pass(2)
  assert.deepEqual(ran, [-1, 1, 24, 25])
  pass(23)
  assert.deepEqual(ran, [-1, 1, 24, 25])
  pass(4)
  takeBack()
  pass(346)
  assert.deepEqual(ran, [-1, 1, 24, 25, 50])
  pass(18)
  assert.deepEqual(ran, [-1, 1, 24, 25, 50, 400])
})
