import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { it } from 'node:test'
import { processStart } from './process-identity.ts'

it('is the same each time, another one for another process, and none for none', async () => {
  const own = processStart(process.pid)
  assert.ok(own)
  assert.equal(processStart(process.pid), own)
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await once(child, 'spawn')
  const { pid = 0 } = child
  assert.ok(processStart(pid))
  assert.notEqual(processStart(pid), own)
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.equal(processStart(pid), undefined)
})
