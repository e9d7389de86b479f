import assert from 'node:assert/strict'
import { test } from 'node:test'
import { again, fuzzed, fuzzServer } from './support/fuzz.ts'

// The whole run has 200,000 for each: npm run fuzz.
for (const name of fuzzed) {
  test(`${name}, 10,000 requests by a grammar: credentials for good ones alone, no crash, no memory kept`, async context => {
    const seed = Date.now() % 1_000_000
    context.diagnostic(again(name, 10_000, seed))
    const { requests, good, heap } = await fuzzServer(10_000, seed, name)
    assert.ok(requests >= 10_000 && good > 500, `${good} good ones of ${requests}`)
    assert.ok(heap[1] - heap[0] < 4 * 1024 * 1024, `the heap went from ${heap[0]} to ${heap[1]}`)
  })
}
