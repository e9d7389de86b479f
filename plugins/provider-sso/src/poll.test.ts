import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type NotYet, poll } from './poll.ts'

/** Asks by a script; time passes only in sleep. */
async function run(script: readonly (NotYet | { token: string })[], deadlineSeconds = 600) {
  const answers = [...script]
  const slept: number[] = []
  let time = 0
  const result = await poll({
    ask: async () => answers.shift() ?? 'pending',
    interval: 5,
    deadline: deadlineSeconds * 1000,
    now: () => time,
    async sleep(milliseconds) {
      slept.push(milliseconds / 1000)
      time += milliseconds
    },
  })
  return { result, slept }
}

describe('asking for a token', () => {
  it('begins after the interval and keeps to it', async () => {
    const { result, slept } = await run(['pending', 'pending', { token: 'x' }])
    assert.deepEqual([result, slept], [{ token: 'x' }, [5, 5, 5]])
  })
  it('becomes slower for good, each time that it is told to', async () => {
    const { slept } = await run(['slow-down', 'pending', 'slow-down', 'pending', { token: 'x' }])
    assert.deepEqual(slept, [5, 10, 10, 15, 15])
  })
  it('ends with the code', async () => {
    const { result, slept } = await run([], 12)
    assert.deepEqual([result, slept], [undefined, [5, 5]])
  })
})
