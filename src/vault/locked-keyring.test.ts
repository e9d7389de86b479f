import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VaultError } from '@aws-vault/plugin-sdk'
import { MemoryKeyring } from '../../test/support/memory-keyring.ts'
import { LockedKeyring } from './locked-keyring.ts'

const item = { key: 'a', data: Buffer.from('{}'), label: '', description: '', attributes: {} }

function scene(lock: (run: () => Promise<unknown>, onWait: () => void) => Promise<unknown>) {
  const inner = new MemoryKeyring()
  const warnings: string[] = []
  const keyring = new LockedKeyring(
    inner,
    'x',
    async (name, task, onWait) => {
      inner.operations.push(`lock ${name}`)
      const result = (await lock(task, onWait)) as Awaited<ReturnType<typeof task>>
      inner.operations.push('unlock')
      return result
    },
    { debug() {}, warn: message => warnings.push(message) },
  )
  return { inner, keyring, warnings }
}

test('items are changed under the lock of the store, and read without', async () => {
  const { inner, keyring } = scene(run => run())
  await keyring.set(item)
  await keyring.get('a')
  await keyring.keys()
  assert.equal(await keyring.remove('a'), true)
  const locked = (operation: string): string[] => ['lock keyring x', operation, 'unlock']
  assert.deepEqual(inner.operations, [...locked('set a'), 'get a', 'keys', ...locked('remove a')])
})

test('where nothing can be locked items are changed all the same', async () => {
  const { inner, keyring } = scene(() => Promise.reject(new VaultError('ERR_LOCK_UNAVAILABLE', 'no lock')))
  await keyring.set(item)
  assert.deepEqual(inner.names(), ['a'])
})

test('who has to wait is told so', async () => {
  const { keyring, warnings } = scene((run, onWait) => {
    onWait()
    return run()
  })
  await keyring.set(item)
  assert.equal(warnings.length, 1)
})
