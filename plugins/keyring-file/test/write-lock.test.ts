import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { item, testContext } from '@aws-vault/plugin-sdk/testkit'
import backend from '../src/index.ts'
import { makeDirectory } from './vault.ts'

const onWindows = process.platform === 'win32'

describe('a lock', () => {
  const lockless = (dir: string, withLock: () => Promise<never>, signal = new AbortController().signal) => {
    const context = { ...testContext({ options: { dir, passphrase: 'p', workFactor: 1000 }, signal }), withLock }
    return { context, vault: backend.open(context) }
  }

  it('that cannot be had does not keep us from writing', async () => {
    using directory = makeDirectory()
    const { context, vault } = lockless(directory.path, () => Promise.reject(new Error('no lock directory')))
    await (await vault).set(item('dev'))
    assert.ok(await (await vault).get('dev'))
    assert.match(context.logged.join(), /without a lock, which could not be had: no lock directory/)
  })

  it('that is not waited for any longer does', async () => {
    using directory = makeDirectory()
    const aborter = new AbortController()
    const { vault } = lockless(
      directory.path,
      async () => {
        aborter.abort()
        throw aborter.signal.reason
      },
      aborter.signal,
    )
    await assert.rejects(async () => (await vault).set(item('dev')), { name: 'AbortError' })
    assert.deepEqual(readdirSync(directory.path), [])
  })

  it('has the same name for all ways to the directory', { skip: onWindows && 'links need a privilege' }, async () => {
    using directory = makeDirectory()
    const link = join(directory.path, 'link')
    mkdirSync(join(directory.path, 'vault'))
    symlinkSync('vault', link)
    const names: string[] = []
    for (const dir of [link, join(directory.path, 'vault')]) {
      const context = testContext({ options: { dir, passphrase: 'p', workFactor: 1000 } })
      const withLock = <T>(name: string, task: () => Promise<T>): Promise<T> => {
        names.push(name)
        return task()
      }
      await (await backend.open({ ...context, withLock })).set(item('dev'))
    }
    assert.equal(names.length, 2)
    assert.equal(names[0], names[1])
    assert.match(names[0] ?? '', /^keyring-file:.*vault$/)
  })
})
