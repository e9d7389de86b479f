import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { editDistance, nearestNames } from './nearest-names.ts'

test('a typo finds its name, the nearest first', () => {
  const names = ['staging', 'prod', 'prod-eu', 'dev', 'pord-x']
  assert.deepEqual(nearestNames('prdo', names), ['prod'])
  assert.deepEqual(nearestNames('stagign', names), ['staging'])
  assert.deepEqual(nearestNames('DEV', names), ['dev'])
  assert.deepEqual(nearestNames('prod', names), ['prod', 'prod-eu'])
})

test('a name that goes on where the typed one ends is offered after near ones', () => {
  assert.deepEqual(nearestNames('team', ['team-one-admin', 'teem', 'other']), ['teem', 'team-one-admin'])
  assert.deepEqual(nearestNames('t', ['team-one-admin']), [])
})

test('nothing near, nothing offered; never more than asked for, never one twice', () => {
  assert.deepEqual(nearestNames('production', ['dev', 'staging']), [])
  assert.deepEqual(nearestNames('', ['dev']), [])
  assert.deepEqual(nearestNames('aaaa', ['aaab', 'aaac', 'aaad', 'aaae', 'aaab']), ['aaab', 'aaac', 'aaad'])
})

test('the bounded distance is the whole one up to the bound', () => {
  // The textbook recursion.
  const whole = (a: string, b: string): number => {
    if (a === '' || b === '') return a.length + b.length
    const swap = a.length > 1 && b.length > 1 && a[0] === b[1] && a[1] === b[0]
    return Math.min(
      whole(a.slice(1), b) + 1,
      whole(a, b.slice(1)) + 1,
      whole(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1),
      swap ? whole(a.slice(2), b.slice(2)) + 1 : Number.POSITIVE_INFINITY,
    )
  }
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 })
  fc.assert(
    fc.property(word, word, fc.integer({ min: 0, max: 4 }), (a, b, limit) => {
      assert.equal(editDistance(a, b, limit), Math.min(whole(a, b), limit + 1))
    }),
    { numRuns: 500 },
  )
})
