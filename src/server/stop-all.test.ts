import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RunningServer } from './running-servers.ts'
import { stopAll } from './stop-all.ts'

test('one that does not end keeps no other from being ended, and is told of', async () => {
  const servers = [11, 12, 13].map(pid => ({ directory: '', state: { pid } }) as unknown as RunningServer)
  const refusal = new Error('it does not end')
  let ended = 0
  const result = await stopAll(servers, async ({ state }) => {
    if (state.pid === 11) throw refusal
    await new Promise(setImmediate)
    ended++
  })
  assert.equal(ended, 2, 'waited for though the first one failed')
  assert.deepEqual(result, { stopped: [12, 13], failures: [{ pid: 11, error: refusal }] })
})
