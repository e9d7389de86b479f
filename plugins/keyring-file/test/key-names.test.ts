import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { item, textOf } from '@aws-vault/plugin-sdk/testkit'
import { makeDirectory, openVault } from './vault.ts'

const onWindows = process.platform === 'win32'

describe('keys', () => {
  it('are read without opening a file, and are not what others leave there', async () => {
    using directory = makeDirectory()
    const inside = (name: string) => join(directory.path, name)
    const vault = await openVault(directory.path, 'p')
    for (const key of ['dev', '.hidden', 'a/b', 'prod~', 'real.bak']) await vault.set(item(key))
    const strays = [
      '.DS_Store',
      '.dev.swp',
      'dev~',
      '#dev#',
      'desktop.ini',
      'Thumbs.db',
      '.gitignore',
      '.directory',
      'x.tmp',
    ]
    for (const name of strays) writeFileSync(inside(name), 'b0VIM')
    writeFileSync(inside('.empty'), '')
    // Names that no key has, the Go tool's neither.
    for (const name of ['a%20b', '100%', 'a%2fb', '%C3%BC']) writeFileSync(inside(name), readFileSync(inside('dev')))
    mkdirSync(inside('folder'))
    mkdirSync(inside('.git'))
    writeFileSync(inside('.awsvault-%tmp-0123456789abcdef'), readFileSync(inside('dev')))
    // Anything else may be an item: only its passphrase could tell.
    writeFileSync(inside('garbage'), 'garbage')
    assert.deepEqual((await vault.keys()).sort(), ['.hidden', 'a/b', 'dev', 'garbage', 'prod~', 'real.bak'])
    assert.equal(await vault.get('folder'), undefined)
    assert.equal(await vault.remove('folder'), false)
  })

  it('have links to items among them', { skip: onWindows && 'links need a privilege there' }, async () => {
    using directory = makeDirectory()
    using other = makeDirectory()
    await (await openVault(other.path, 'p')).set(item('dev'))
    symlinkSync(join(other.path, 'dev'), join(directory.path, 'linked'))
    symlinkSync(join(other.path, 'nowhere'), join(directory.path, 'broken'))
    symlinkSync(other.path, join(directory.path, 'folder'))
    const vault = await openVault(directory.path, 'p')
    assert.deepEqual(await vault.keys(), ['linked'])
    assert.equal(textOf(await vault.get('linked')), textOf(item('dev')))
  })

  const impossible = { '': /is empty/, '.': /directory/, '..': /directory/, 'a\0b': /NUL/, '\ud800': /Unicode/ }
  for (const [key, problem] of Object.entries({ ...impossible, ['ü'.repeat(128)]: /256 bytes, 255/ })) {
    it(`cannot be ${JSON.stringify(key.slice(0, 5))} (${key.length} characters)`, async () => {
      using directory = makeDirectory()
      const vault = await openVault(join(directory.path, 'vault'), 'p')
      for (const attempt of [() => vault.set(item(key)), () => vault.get(key), () => vault.remove(key)]) {
        await assert.rejects(attempt, { code: 'ERR_KEYRING_KEY', message: problem })
      }
      assert.deepEqual(readdirSync(directory.path), [])
    })
  }

  it('may have 255 bytes', async () => {
    using directory = makeDirectory()
    const vault = await openVault(directory.path, 'p')
    for (const key of ['k'.repeat(255), 'ü'.repeat(127)]) await vault.set(item(key))
    assert.equal((await vault.keys()).length, 2)
  })
})
