import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzzServer } from './support/fuzz.ts'

// The whole run has 200,000: npm run fuzz.
for (const name of ['ecs', 'ec2'] as const) {
  test(`${name}, 10,000 requests by a grammar: credentials for good ones alone, no crash, no memory kept`, async context => {
    const seed = Date.now() % 1_000_000
    context.diagnostic(`seed ${seed}`)
    const { requests, good, heap } = await fuzzServer(10_000, seed, name)
    assert.ok(requests >= 10_000 && good > 500, `${good} good ones of ${requests}`)
    assert.ok(heap[1] - heap[0] < 4 * 1024 * 1024, `the heap went from ${heap[0]} to ${heap[1]}`)
  })
}
