/** Items that are longer than the store takes, on a store that takes as much as Windows does. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Item, Keyring } from '@aws-vault/plugin-sdk'
import { type TestContext, testContext, testKeyring } from '@aws-vault/plugin-sdk/testkit'
import { KeytarKeyring } from '../src/keytar-keyring.ts'
import { traitsOf } from '../src/traits.ts'
import backend, { WindowsStore } from './windows-store.ts'

testKeyring({
  name: 'wincred, on a store of the size of Windows',
  backend,
  module: import.meta.resolve('./windows-store.ts'),
  async makeStore() {
    const directory = mkdtempSync(join(tmpdir(), 'aws-vault-wincred-'))
    return { options: { directory }, dispose: async () => rmSync(directory, { recursive: true, force: true }) }
  },
  deviations: [
    { reason: 'the store keeps data only', cases: ['keeps label and description', 'keeps further members'] },
  ],
})

class Scene implements Disposable {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'aws-vault-split-'))
  readonly store: WindowsStore = new WindowsStore(this.directory)

  open(store: WindowsStore = this.store, context: TestContext = testContext()): Keyring {
    return new KeytarKeyring({ binding: store, traits: traitsOf('win32'), service: 'aws-vault', context })
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}

const item = (data: string, key = 'dev'): Item => ({
  key,
  data: Buffer.from(data),
  label: '',
  description: '',
  attributes: {},
})
const textOf = async (keyring: Keyring, key = 'dev'): Promise<string> =>
  Buffer.from((await keyring.get(key))?.data ?? []).toString()

const old = `old ${'o'.repeat(6000)}`
const young = `new ${'n'.repeat(9000)}`
const killed = (): never => {
  throw new Error('killed')
}

describe('an item that fits', () => {
  it('is one password with its very bytes, up to the last byte that the store takes', async () => {
    using scene = new Scene()
    const data = `{"AccessKeyID":"${'ü'.repeat(1271)}"}`
    assert.equal(Buffer.byteLength(data), 2560)
    await scene.open().set(item(data))
    assert.deepEqual(await scene.store.findCredentials('aws-vault/'), [{ account: 'dev', password: data }])
    await scene.open().set(item(`${data} `))
    assert.equal(await textOf(scene.open()), `${data} `)
    assert.equal(scene.store.parts(), 2)
  })
  it('takes the place of a split one, and the other way round, and leaves nothing', async () => {
    using scene = new Scene()
    const keyring = scene.open()
    for (const data of ['short', old, young, 'short', young]) {
      await keyring.set(item(data))
      assert.equal(await textOf(keyring), data)
      assert.equal(scene.store.parts(), data === 'short' ? 0 : Math.ceil((data.length * 4) / 3 / 2560))
    }
    assert.equal(await keyring.remove('dev'), true)
    assert.deepEqual(scene.store.targets(), [])
  })
})

describe('a writer that is killed', () => {
  for (const [before, after] of [
    [old, young],
    [old, 'short'],
    ['short', young],
  ] as const) {
    it(`leaves the old item or the new one, whole, whichever of its calls was the last: ${before.length} to ${after.length} bytes`, async () => {
      let isDone = false
      for (let calls = 1; !isDone; calls++) {
        using scene = new Scene()
        await scene.open().set(item(before))
        const begun = scene.store.writes
        const context = testContext()
        scene.store.onWrite = count => {
          if (count - begun >= calls) killed()
        }
        isDone = await scene
          .open(scene.store, context)
          .set(item(after))
          .then(
            () => scene.store.writes - begun < calls,
            () => false,
          )
        scene.store.onWrite = () => {}
        const found = await textOf(scene.open())
        assert.ok(found === before || found === after, `after ${calls} calls: ${found.slice(0, 20)}`)
        assert.deepEqual(await scene.open().keys(), ['dev'])

        // What was left is removed by who writes later, and not before another writer could be at it still.
        context.clock.advance(600_000 + 60_000)
        await scene.open(scene.store, context).set(item(old, 'other'))
        const size = (data: string): number => (data === 'short' ? 0 : Math.ceil((data.length * 4) / 3 / 2560))
        assert.equal(scene.store.parts(), size(found) + size(old), `after ${calls} calls`)
        assert.equal(await textOf(scene.open()), found)
      }
    })
  }
  it('leaves parts alone for ten minutes: they may be another writer`s, who does not see our lock', async () => {
    using scene = new Scene()
    scene.store.onWrite = count => {
      if (count === 3) killed()
    }
    await assert.rejects(scene.open().set(item(young)), { code: 'ERR_KEYRING_STORAGE' })
    scene.store.onWrite = () => {}
    assert.equal(scene.store.parts(), 2)
    await scene.open().set(item(old, 'other'))
    assert.equal(scene.store.parts(), 6)
  })
})

describe('a reader', () => {
  it('gets the new item when it is replaced while the parts of the old one are read', async () => {
    using scene = new Scene()
    await scene.open().set(item(old))
    let reads = 0
    const reading = new WindowsStore(scene.directory)
    reading.onRead = async () => {
      reads++
      if (reads === 3) await scene.open().set(item(young))
    }
    assert.equal(await textOf(scene.open(reading)), young)
  })
  it('is told that parts are missing, and never gets half an item', async () => {
    using scene = new Scene()
    await scene.open().set(item(old))
    const [part] = await scene.store.findCredentials('parts of ')
    await scene.store.deletePassword('parts of aws-vault', part?.account ?? '')
    await assert.rejects(scene.open().get('dev'), {
      code: 'ERR_KEYRING_ITEM',
      message: /parts of the item "dev" are missing/,
    })
    assert.equal(await scene.open().remove('dev'), true)
  })
  it('is told of a list of parts that is damaged', async () => {
    using scene = new Scene()
    await scene.store.setPassword('aws-vault', 'dev', 'aws-vault-parts:x')
    await assert.rejects(scene.open().get('dev'), { code: 'ERR_KEYRING_ITEM' })
    await scene.open().set(item('mended'))
    assert.equal(await textOf(scene.open()), 'mended')
  })
})

describe('names', () => {
  it('too long for the store are refused, and are not there', async () => {
    using scene = new Scene()
    const key = 'k'.repeat(513)
    await assert.rejects(scene.open().set(item('x', key)), { code: 'ERR_KEYRING_KEY', message: /512 characters/ })
    assert.equal(await scene.open().get(key), undefined)
    assert.equal(await scene.open().remove(key), false)
  })
  it('with a NUL are refused', async () => {
    using scene = new Scene()
    await assert.rejects(scene.open().set(item('x', 'a\0b')), { code: 'ERR_KEYRING_KEY' })
  })
  it('of other services that begin like ours are not listed', async () => {
    using scene = new Scene()
    await scene.store.setPassword('aws-vault-other', 'theirs', 'x')
    await scene.open().set(item('x'))
    assert.deepEqual(await scene.open().keys(), ['dev'])
  })
})
