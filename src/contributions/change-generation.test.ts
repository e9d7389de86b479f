import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { changeGeneration } from './change-generation.ts'
import { pluginsDirectory } from './plugins-directory.ts'

let data: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'generations-'))
})
afterEach(() => rmSync(data, { recursive: true }))

/** Installs what `names` says, as oclif would. */
const install =
  (...names: string[]) =>
  async (directory: string): Promise<void> => {
    for (const name of names) mkdirSync(join(directory, 'node_modules', name), { recursive: true })
    const plugins = names.map(name => ({ name, type: 'user' }))
    writeFileSync(join(directory, 'package.json'), JSON.stringify({ oclif: { plugins }, dependencies: {} }))
  }

const installed = (): string[] => readdirSync(join(pluginsDirectory(data), 'node_modules')).sort()
const entries = (): string[] => readdirSync(join(data, 'plugins')).filter(name => name !== 'current')

describe('a change of plugins', () => {
  it('is in force when it has succeeded, and gives what it gives', async () => {
    assert.equal(pluginsDirectory(data), data)
    const result = await changeGeneration(data, true, async directory => {
      await install('a')(directory)
      assert.equal(pluginsDirectory(data), data)
      return 5
    })
    assert.equal(result, 5)
    assert.deepEqual(installed(), ['a'])
  })

  it('begins with what is there, and changes none of it when it fails', async () => {
    await changeGeneration(data, true, install('a'))
    const error = new Error('no')
    const failing = changeGeneration(data, true, async directory => {
      assert.deepEqual(readdirSync(join(directory, 'node_modules')), ['a'])
      rmSync(join(directory, 'node_modules'), { recursive: true })
      throw error
    })
    await assert.rejects(failing, error)
    assert.deepEqual(installed(), ['a'])
    assert.equal(entries().length, 1)
  })

  it('leaves nothing behind when the first one fails, or nothing is left', async () => {
    await assert.rejects(changeGeneration(data, true, () => Promise.reject(new Error('no'))))
    assert.deepEqual(readdirSync(data), [])
    await changeGeneration(data, true, install('a'))
    await changeGeneration(data, false, install())
    assert.deepEqual(readdirSync(data), [])
    assert.equal(pluginsDirectory(data), data)
  })

  it('leaves the plugins as they were to those who run, until the change after the next', async () => {
    await changeGeneration(data, true, install('a'))
    const first = pluginsDirectory(data)
    await changeGeneration(data, true, install('a', 'b'))
    assert.ok(existsSync(join(first, 'node_modules', 'a')))
    await changeGeneration(data, true, install('a', 'b', 'c'))
    assert.ok(!existsSync(first))
    await changeGeneration(data, false, install('a'))
    assert.equal(entries().length, 1)
  })

  it('removes what one left that was killed', async () => {
    await changeGeneration(data, true, install('a'))
    mkdirSync(join(data, 'plugins', 'zzz-00000000', 'node_modules', 'half'), { recursive: true })
    writeFileSync(join(data, 'plugins', 'current.tmp'), 'zzz-0')
    assert.deepEqual(installed(), ['a'])
    await changeGeneration(data, false, install('a'))
    assert.deepEqual(entries().length, 1)
  })

  it('takes over what oclif alone has installed, with its links', async () => {
    await install('a')(data)
    symlinkSync('../a', join(data, 'node_modules', 'link'))
    await changeGeneration(data, true, async directory => {
      assert.ok(existsSync(join(directory, 'node_modules', 'a')))
    })
    assert.deepEqual(installed(), ['a', 'link'])
    assert.deepEqual(readdirSync(data), ['plugins'])
  })

  it('refuses a name of a generation that leads elsewhere', async () => {
    mkdirSync(join(data, 'plugins'))
    for (const name of ['', '..', '../x-00000000', '/tmp', 'a-00000000\n']) {
      writeFileSync(join(data, 'plugins', 'current'), name)
      assert.throws(() => pluginsDirectory(data), /does not name one of its neighbours/)
    }
    assert.ok(readFileSync(join(data, 'plugins', 'current')))
  })
})
