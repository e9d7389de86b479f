import assert from 'node:assert/strict'
import { chmodSync, existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { item } from '@aws-vault/plugin-sdk/testkit'
import backend from '../src/index.ts'
import { makeDirectory, openVault } from './vault.ts'

const onWindows = process.platform === 'win32'
const isRoot = process.getuid?.() === 0

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}

describe('the directory', () => {
  it('is made by the first write and not before', async () => {
    using directory = makeDirectory()
    const dir = join(directory.path, 'new', 'vault')
    const vault = await openVault(dir, 'p')
    assert.deepEqual(await backend.available(vault.context), { available: true })
    assert.deepEqual(await vault.keys(), [])
    assert.equal(await vault.get('dev'), undefined)
    assert.equal(await vault.remove('dev'), false)
    assert.deepEqual(readdirSync(directory.path), [])
    await vault.set(item('dev'))
    assert.deepEqual(readdirSync(dir), ['dev'])
  })

  it('and its files are for their owner only', { skip: onWindows && 'Windows has no such modes' }, async () => {
    using directory = makeDirectory()
    const dir = join(directory.path, 'new', 'vault')
    const umask = process.umask(0)
    try {
      await (await openVault(dir, 'p')).set(item('dev'))
    } finally {
      process.umask(umask)
    }
    assert.deepEqual([join(directory.path, 'new'), dir, join(dir, 'dev')].map(mode), ['700', '700', '600'])
  })

  it('is said with --debug to be open to others, and left so', { skip: onWindows && 'no such modes' }, async () => {
    using directory = makeDirectory()
    const vault = await openVault(directory.path, 'p')
    await vault.set(item('dev'))
    assert.deepEqual(vault.context.logged, [])
    chmodSync(directory.path, 0o755)
    chmodSync(join(directory.path, 'dev'), 0o644)
    await vault.get('dev')
    await vault.set(item('prod'))
    assert.match(vault.context.logged[0] ?? '', /other users .*\/dev","mode":"0644"/)
    assert.match(vault.context.logged[1] ?? '', /other users .*"mode":"0755"/)
    assert.equal(mode(directory.path), '755')
  })

  it('that cannot be read is no empty one', async () => {
    using directory = makeDirectory()
    const dir = join(directory.path, 'file')
    writeFileSync(dir, '')
    const vault = await openVault(dir, 'p')
    await assert.rejects(vault.keys(), {
      code: 'ERR_KEYRING_STORAGE',
      message: /cannot list the items in .*not a directory/,
    })
    await assert.rejects(vault.get('dev'), { code: 'ERR_KEYRING_STORAGE' })
    await assert.rejects(vault.set(item('dev')), { code: 'ERR_KEYRING_STORAGE' })
    const availability = await backend.available(vault.context)
    assert.deepEqual(availability, { available: false, reason: `${dir} is not a directory` })
  })

  it('that may not be read is no empty one', { skip: (onWindows || isRoot) && 'root may read anything' }, async () => {
    using directory = makeDirectory()
    const dir = join(directory.path, 'vault')
    const vault = await openVault(dir, 'p')
    await vault.set(item('dev'))
    chmodSync(dir, 0)
    try {
      for (const attempt of [() => vault.keys(), () => vault.get('dev'), () => vault.set(item('dev'))]) {
        await assert.rejects(attempt, { code: 'ERR_KEYRING_STORAGE', message: /permission denied/ })
      }
      assert.equal((await backend.available(vault.context)).available, false)
    } finally {
      chmodSync(dir, 0o700)
    }
  })
})

describe('what killed writers leave', () => {
  it('is removed by a later write, when it is old', async () => {
    using directory = makeDirectory()
    const [old, young] = ['.awsvault-%tmp-00', '.awsvault-%tmp-11'].map(name => join(directory.path, name))
    assert.ok(old && young)
    writeFileSync(old, 'eyJ')
    writeFileSync(young, 'eyJ')
    const now = Date.now()
    utimesSync(old, new Date(now - 11 * 60_000), new Date(now - 11 * 60_000))
    utimesSync(young, new Date(now - 9 * 60_000), new Date(now - 9 * 60_000))
    const vault = await openVault(directory.path, 'p', { now })
    assert.deepEqual(await vault.keys(), [])
    await vault.set(item('dev'))
    assert.deepEqual([old, young].map(existsSync), [false, true])
  })
})
