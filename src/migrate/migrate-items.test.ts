import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  isVaultError,
  KeyringItemError,
  KeyringLockedError,
  KeyringStorageError,
  VaultError,
} from '@aws-vault/plugin-sdk'
import { itemJson, MemoryKeyring } from '../../test/support/memory-keyring.ts'
import { type Migration, migrateItems } from './migrate-items.ts'

/** In the key of what is written to find out whether there are two stores. */
const MARK = Buffer.from('aws-vault-migrate').toString('base64url')

/** Two keyrings in memory; `log` has what is done at either end, with its lock in brackets. */
function scene(keys: readonly string[], options: Partial<Migration> = {}) {
  const source = new MemoryKeyring()
  const target = new MemoryKeyring()
  for (const key of keys) source.plant(key, itemJson(key, { secret: key }, { Label: key, Foreign: { of: key } }))
  const end = (name: string, keyring: MemoryKeyring) => ({
    name,
    keyring,
    async alone<T>(task: () => Promise<T>): Promise<T> {
      keyring.operations.push('[')
      const result = await task()
      keyring.operations.push(']')
      return result
    },
  })
  const run = (more: Partial<Migration> = {}) =>
    migrateItems({
      source: end('A', source),
      target: end('B', target),
      selection: { keys, expired: [] },
      ...{ overwrite: false, deleteSource: false, dryRun: false },
      ...options,
      ...more,
    })
  return { source, target, run }
}

test('whole items are copied, and a second run finds them there', async () => {
  const { source, target, run } = scene(['a', 'b'])
  assert.deepEqual([...(await run()).outcomes.values()], ['copied', 'copied'])
  for (const key of ['a', 'b'])
    assert.deepEqual(JSON.parse(target.text(key)), {
      ...JSON.parse(source.text(key)),
      Description: '',
      KeychainNotTrustApplication: false,
      KeychainNotSynchronizable: false,
    })
  target.operations.length = 0
  assert.deepEqual([...(await run()).outcomes.values()], ['there', 'there'])
  assert.ok(!target.operations.some(it => it.startsWith('set')))
})

test('a dry run writes nothing and takes no lock', async () => {
  const { target, run } = scene(['a'], { dryRun: true, deleteSource: true })
  assert.deepEqual([...(await run()).outcomes], [['a', 'copied']])
  assert.deepEqual(target.operations, ['get a'])
})

test('an item that differs is left as it is, and then nothing is deleted', async () => {
  const { source, target, run } = scene(['a', 'b'], { deleteSource: true })
  target.plant('a', itemJson('a', { secret: 'other' }))
  const { outcomes, deleted } = await run()
  assert.deepEqual([...outcomes.values()], ['different', 'copied'])
  assert.deepEqual(deleted, [])
  assert.deepEqual(source.names(), ['a', 'b'])
  assert.match(target.text('a'), new RegExp(Buffer.from('{"secret":"other"}').toString('base64')))
  assert.deepEqual((await run({ overwrite: true })).deleted, ['a', 'b'])
  assert.deepEqual(source.names(), [])
})

test('looking at the target and writing to it are under one lock, and so are looking at the source and deleting', async () => {
  const { source, target, run } = scene(['a'], { deleteSource: true })
  await run()
  const from = (log: readonly string[], key: string): string[] =>
    log.slice(log.indexOf('[')).filter(it => !it.includes(key))
  assert.deepEqual(from(target.operations, MARK).slice(0, 5), ['[', 'get a', 'set a', 'get a', ']'])
  assert.deepEqual(from(source.operations, MARK), ['[', 'get a', 'remove a', ']'])
})

test('an item that is replaced at the source after it was copied is not deleted', async () => {
  const { source, run } = scene(['a', 'b'], { deleteSource: true })
  let gets = 0
  source.fault = operation => {
    if (operation === 'get a' && ++gets === 2) source.plant('a', itemJson('a', { secret: 'newer' }))
    return undefined
  }
  const { deleted, kept } = await run()
  assert.deepEqual([deleted, kept], [['b'], ['a']])
})

test('an item that vanishes is neither lost nor an error', async () => {
  const { source, target, run } = scene(['a', 'b'], { deleteSource: true })
  await source.remove('a')
  const { outcomes, deleted } = await run()
  assert.deepEqual([...outcomes.values()], ['gone', 'copied'])
  assert.deepEqual([deleted, target.names()], [['b'], ['b']])
})

test('an item that cannot be read is named, and the others are copied', async () => {
  const { source, target, run } = scene(['a', 'b'], { deleteSource: true })
  source.fault = operation => (operation === 'get a' ? new KeyringItemError('damaged') : undefined)
  const { outcomes, deleted } = await run()
  assert.deepEqual([...outcomes.values()], ['unreadable', 'copied'])
  assert.deepEqual([deleted, target.names()], [[], ['b']])
})

test('an item that the target cannot hold is named, the others are copied, and nothing is deleted', async () => {
  const refusal = new VaultError('ERR_KEYRING_KEY', 'no such name')
  const { target, run } = scene(['a', 'b'], { deleteSource: true })
  target.fault = operation => (operation === 'set a' ? refusal : undefined)
  const { outcomes, unstorable, deleted } = await run()
  assert.deepEqual([...outcomes.values()], ['unstorable', 'copied'])
  assert.deepEqual([[...unstorable], deleted, target.names()], [[['a', 'no such name']], [], ['b']])

  Object.assign(target, {
    checkKey: (key: string) => {
      if (key === 'a') throw refusal
    },
  })
  assert.deepEqual([...(await run({ dryRun: true })).outcomes.values()], ['unstorable', 'there'])
})

for (const [what, error] of [
  ['locked', new KeyringLockedError('locked')],
  ['full', new KeyringStorageError('no space')],
] as const) {
  test(`a target that is ${what} ends it, and nothing is deleted`, async () => {
    const { source, target, run } = scene(['a', 'b'], { deleteSource: true })
    target.fault = operation => (operation === 'set b' ? error : undefined)
    await assert.rejects(run(), error)
    assert.deepEqual(source.names(), ['a', 'b'])
    target.fault = () => undefined
    assert.deepEqual((await run()).deleted, ['a', 'b'])
  })
}

test('a target that gives back something else ends it, and nothing is deleted', async () => {
  const { source, target, run } = scene(['a'], { deleteSource: true })
  const set = target.set.bind(target)
  target.set = async item => (item.key === 'a' ? set({ ...item, data: Buffer.from('{}') }) : set(item))
  await assert.rejects(run(), error => isVaultError(error, 'ERR_MIGRATE_VERIFY'))
  assert.deepEqual(source.names(), ['a'])
})

test('a target that does not list what it holds ends it', async () => {
  const { source, target, run } = scene(['a'], { deleteSource: true })
  target.names = () => []
  await assert.rejects(run(), error => isVaultError(error, 'ERR_MIGRATE_VERIFY'))
  assert.deepEqual(source.names(), ['a'])
})

test('what a target does not keep is said, and not deleted at the source', async () => {
  const { source, target, run } = scene(['a'], { deleteSource: true })
  source.plant('b', itemJson('b', { secret: 'b' }, { Label: 'b' }))
  const set = target.set.bind(target)
  target.set = item => set({ ...item, label: '', attributes: {} })
  const { deleted, kept, notKept } = await run({ selection: { keys: ['a', 'b'], expired: [] } })
  assert.deepEqual([deleted, kept], [['b'], ['a']])
  assert.deepEqual(
    [...notKept],
    [
      ['a', ['Foreign', 'Label']],
      ['b', ['Label']],
    ],
  )
})

test('one store under two names is found out before anything is deleted', async () => {
  const { source, run } = scene(['a'], { deleteSource: true })
  const target = { name: 'B', keyring: source, alone: <T>(task: () => Promise<T>) => task() }
  await assert.rejects(run({ target }), error => isVaultError(error, 'ERR_MIGRATE_SAME'))
  assert.deepEqual(source.names(), ['a'])
})

test('a login that others need as well is copied, and not deleted', async () => {
  const { source, target, run } = scene(['a', 'b'], { deleteSource: true })
  const { deleted, kept } = await run({ selection: { keys: ['a', 'b'], expired: [], shared: new Set(['b']) } })
  assert.deepEqual([deleted, kept, source.names(), target.names()], [['a'], [], ['b'], ['a', 'b']])
})

test('expired sessions are deleted with the rest, and not copied', async () => {
  const { source, target, run } = scene(['a', 'old'], { deleteSource: true })
  const { deleted } = await run({ selection: { keys: ['a'], expired: ['old'] } })
  assert.deepEqual([deleted, source.names(), target.names()], [['a', 'old'], [], ['a']])
})
