import assert from 'node:assert/strict'
import { it } from 'node:test'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import { Disposals } from './disposals.ts'

it('lets go of what was made last first, once, and goes on when something fails to close', async () => {
  const { logger, logged } = testContext()
  const closed: string[] = []
  const disposals = new Disposals()
  disposals.add(async () => void closed.push('first'))
  disposals.add(() => Promise.reject(new Error('the disk is gone')))
  disposals.add(async () => void closed.push('last'))
  await disposals.run(logger)
  assert.deepEqual(closed, ['last', 'first'])
  assert.match(logged.join('\n'), /closing failed: the disk is gone/)
  await disposals.run(logger)
  assert.deepEqual(closed, ['last', 'first'])
})
