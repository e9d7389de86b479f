/** Two processes wait for each other by the identity of the store, however each of them was told of it. */
import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { KeyringBackend, OptionValue } from '@aws-vault/plugin-sdk'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import file from '../plugins/keyring-file/src/index.ts'
import pass from '../plugins/keyring-pass/src/index.ts'
import { Sandbox } from './support/sandbox.ts'

const identity = (backend: KeyringBackend, options: Record<string, OptionValue>, homeDirectory = '/home/alice') =>
  backend.identity?.({ ...testContext({ options }), options, homeDirectory })

describe('the identity of a store', () => {
  it('is one for one store of pass, and for one directory of files', () => {
    using box = new Sandbox()
    const [real, link] = [join(box.home, 'store'), join(box.home, 'link')]
    mkdirSync(real)
    symlinkSync(real, link)
    const named = identity(pass, { dir: real, prefix: 'aws' })
    assert.ok(named)
    for (const options of [
      { usualDir: real, prefix: 'aws' },
      { dir: real, usualDir: '/elsewhere', prefix: 'aws/', command: 'gopass' },
      { dir: link, prefix: 'aws', command: '/usr/bin/pass' },
      { dir: join(real, 'aws') },
    ]) {
      assert.equal(identity(pass, options), named)
    }
    assert.notEqual(identity(pass, { dir: real, prefix: 'other' }), named)
    assert.equal(identity(pass, {}, box.home), identity(pass, { dir: join(box.home, '.password-store') }))

    // Not there yet, behind a link.
    assert.equal(identity(file, { dir: join(link, 'new') }), identity(file, { dir: join(real, 'new', '.') }))
    assert.equal(identity(file, {}, box.home), identity(file, { dir: box.vault }))
  })

  it('is what migrate looks at', async () => {
    using box = new Sandbox()
    const store = box.path('store')
    mkdirSync(store)
    const words = ['migrate', '--from', 'pass', '--to', 'pass', '--from-option', `pass-dir=${store}`]
    const env = { PASSWORD_STORE_DIR: store }
    const { stderr } = await box.fails([...words, '--to-option', 'pass-cmd=gopass'], 2, { env })
    assert.match(stderr, /is source and target at once/)
  })
})
