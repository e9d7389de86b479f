/** keytar in its own process: what happens when the desktop's keyring is locked, hangs, is not there, or keytar crashes. */
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Item } from '@aws-vault/plugin-sdk'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import { Helper } from '../src/helper.ts'
import backend from '../src/index.ts'
import { type Desktop, makeHome, missing, startDesktop } from './desktop.ts'

const reason = missing()
const item = (key: string): Item => ({ key, data: Buffer.from('{}'), label: '', description: '', attributes: {} })

/** Leads keytar's helper to a bus, as every program is led to it. */
const enter = (desktop: Desktop): void => void Object.assign(process.env, desktop.env)

describe('the keyring libsecret', { skip: reason }, () => {
  it('says locked of a locked keyring, never that an item is not there', async () => {
    const home = makeHome()
    {
      await using desktop = await startDesktop({ home })
      enter(desktop)
      const keyring = await backend.open(testContext())
      await keyring.set(item('dev'))
      await keyring.close()
    }
    await using desktop = await startDesktop({ home, password: null })
    enter(desktop)
    assert.deepEqual(await backend.available(testContext()), { available: true })
    const keyring = await backend.open(testContext())
    const locked = { code: 'ERR_KEYRING_LOCKED' }
    await assert.rejects(keyring.get('dev'), locked)
    await assert.rejects(keyring.get('absent'), locked)
    await assert.rejects(keyring.keys(), locked)
    await assert.rejects(keyring.remove('dev'), locked)
    await assert.rejects(keyring.set(item('other')), locked)
    await keyring.close()
    rmSync(home, { recursive: true })
  })

  it('is not available where nobody answers on the bus, and says so', async () => {
    await using desktop = await startDesktop({ keyring: false })
    enter(desktop)
    const answer = await backend.available(testContext())
    assert.ok(!answer.available)
    assert.match(answer.reason, /org\.freedesktop\.secrets/)
    const keyring = await backend.open(testContext())
    await assert.rejects(keyring.get('dev'), { code: 'ERR_KEYRING_STORAGE', message: /org\.freedesktop\.secrets/ })
    await keyring.close()
  })

  it('is not available without a bus', async () => {
    process.env.DBUS_SESSION_BUS_ADDRESS = 'unix:path=/nonexistent/bus'
    const answer = await backend.available(testContext())
    assert.ok(!answer.available)
    assert.match(answer.reason, /No such file|Could not connect/)
  })

  it('does not wait for a daemon that hangs longer than it says, and can be interrupted', async () => {
    await using desktop = await startDesktop()
    enter(desktop)
    desktop.daemon?.kill('SIGSTOP')
    const answer = await backend.available(testContext())
    assert.ok(!answer.available)
    assert.match(answer.reason, /did not answer within 0\.9 seconds/)

    const interruption = new AbortController()
    const keyring = await backend.open(testContext({ signal: interruption.signal }))
    const read = keyring.get('dev')
    interruption.abort(new Error('interrupted'))
    await assert.rejects(read, /interrupted/)
    await keyring.close()
    desktop.daemon?.kill('SIGCONT')
  })
})

describe('the helper', () => {
  const scene = (program: string): { helper: Helper; logged: readonly string[]; home: string } => {
    const home = makeHome()
    writeFileSync(join(home, 'keytar.js'), program)
    const context = testContext()
    return {
      helper: new Helper(context, { patience: 2000, path: join(home, 'keytar.js') }),
      logged: context.logged,
      home,
    }
  }

  it('ends with a crash of keytar, and starts again', async () => {
    const { helper, home } = scene(`
      exports.getPassword = async (service, account) => account === 'x' ? process.kill(process.pid, 'SIGSEGV') : service`)
    await assert.rejects(helper.getPassword('s', 'x'), /ended without an answer \(SIGSEGV\)/)
    assert.equal(await helper.getPassword('again', 'y'), 'again')
    helper.close()
    rmSync(home, { recursive: true })
  })
  it('passes on what keytar says, every character of it', async () => {
    const { helper, home } = scene(`
      exports.getPassword = async (service, account) => account
      exports.findCredentials = async () => { throw new Error('a\\nb') }`)
    const odd = 'ü🔥\n\u2028 "\\'
    assert.deepEqual(await Promise.all([helper.getPassword('s', odd), helper.getPassword('s', 'b')]), [odd, 'b'])
    await assert.rejects(helper.findCredentials('s'), /^Error: a\nb$/)
    helper.close()
    rmSync(home, { recursive: true })
  })
  it('says why keytar cannot be loaded', async () => {
    const { helper, home } = scene(`throw new Error('libsecret-1.so.0: cannot open shared object file')`)
    await assert.rejects(helper.getPassword('s', 'a'), {
      code: 'ERR_KEYRING_UNAVAILABLE',
      message: /libsecret-1\.so\.0/,
      hint: /libsecret-1-0/,
    })
    helper.close()
    rmSync(home, { recursive: true })
  })
  it('does not outlive a call that never ends', async () => {
    const { helper, home } = scene('exports.getPassword = () => new Promise(() => setInterval(() => {}, 1000))')
    await assert.rejects(helper.getPassword('s', 'a'), { code: 'ERR_KEYRING_STORAGE', message: /within 2 seconds/ })
    helper.close()
    rmSync(home, { recursive: true })
  })
})
