import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { item, textOf } from '@aws-vault/plugin-sdk/testkit'
import { Display } from '../../../test/support/display.ts'
import { GnomeKeyring } from '../../../test/support/gnome-keyring.ts'
import { end } from '../../../test/support/session-bus.ts'
import { openKeyring } from './keyring.ts'

const skip = GnomeKeyring.missing() || GnomeKeyring.missingPrompter() || Display.missing()

describe('the windows of GNOME Keyring', { skip, timeout: 120_000 }, () => {
  it('ask for the password of a new collection, and for that of a locked one until it is right', async () => {
    await using display = await Display.start()
    await using gnome = await GnomeKeyring.start({ env: display.env })
    const { address } = gnome.bus

    const first = openKeyring(address)
    const stored = first.set(item('dev', 'stored'))
    await display.window()
    display.type('s3cret', 'Tab')
    display.type('s3cret', 'Return')
    await stored
    assert.deepEqual(await first.keys(), ['dev'])
    await first.close()

    await gnome.restart()
    const second = openKeyring(address)
    const found = second.get('dev')
    await display.window()
    display.type('wrong', 'Return')
    // It says so, which takes room.
    await display.window(true)
    display.type('s3cret', 'Return')
    assert.equal(textOf(await found), 'stored')
    await display.empty()
    await second.close()
  })

  it('that are closed are told from a locked keyring', async () => {
    await using display = await Display.start()
    await using gnome = await GnomeKeyring.start({ env: display.env })
    const keyring = openKeyring(gnome.bus.address)
    const created = assert.rejects(keyring.set(item('dev')), {
      code: 'ERR_KEYRING_DISMISSED',
      message: 'the Secret Service was not allowed to create the collection "awsvault"',
    })
    await display.window()
    display.type('', 'Escape')
    await created
    assert.deepEqual(await keyring.keys(), [])

    await gnome.lock(await gnome.makeCollection('awsvault'))
    const unlocked = assert.rejects(keyring.get('dev'), {
      code: 'ERR_KEYRING_DISMISSED',
      message: 'the Secret Service was not allowed to unlock the collection "awsvault"',
    })
    await display.window()
    display.type('', 'Escape')
    await unlocked
    await keyring.close()
  })

  it('go when we are interrupted', async () => {
    await using display = await Display.start()
    await using gnome = await GnomeKeyring.start({ env: display.env })
    await gnome.lock(await gnome.makeCollection('awsvault'))
    const interruption = new AbortController()
    const keyring = openKeyring(gnome.bus.address, { signal: interruption.signal })
    const found = assert.rejects(keyring.get('dev'), { name: 'AbortError' })
    await display.window()
    interruption.abort()
    await found
    await keyring.close()
    await display.empty()
  })

  it('come once for many who ask at the same time', async () => {
    await using display = await Display.start()
    await using gnome = await GnomeKeyring.start({ env: display.env })
    const path = await gnome.makeCollection('awsvault', 's3cret')
    const before = openKeyring(gnome.bus.address)
    await before.set(item('dev', 'stored'))
    await before.close()
    await gnome.lock(path)

    const keyrings = Array.from({ length: 10 }, () => openKeyring(gnome.bus.address))
    const found = Promise.all(keyrings.map(async keyring => textOf(await keyring.get('dev'))))
    await display.window()
    display.type('s3cret', 'Return')
    assert.deepEqual(await found, Array(10).fill('stored'))
    await display.empty()
    for (const keyring of keyrings) await keyring.close()
  })

  it('end the wait when the daemon does', async () => {
    await using display = await Display.start()
    await using gnome = await GnomeKeyring.start({ env: display.env })
    await gnome.lock(await gnome.makeCollection('awsvault'))
    const keyring = openKeyring(gnome.bus.address)
    const found = assert.rejects(keyring.get('dev'), {
      code: 'ERR_KEYRING_STORAGE',
      message: 'the Secret Service ended before it had answered',
    })
    await display.window()
    await end(gnome.daemon)
    await found
    await keyring.close()
  })

  it('that nobody sees end at once', async () => {
    // The prompter is installed, and there is no screen: SSH, a server.
    await using gnome = await GnomeKeyring.start({
      services: { 'org.gnome.keyring.SystemPrompter': '/usr/libexec/gcr-prompter' },
    })
    await gnome.lock(await gnome.makeCollection('awsvault'))
    const keyring = openKeyring(gnome.bus.address)
    await assert.rejects(keyring.get('dev'), { code: 'ERR_KEYRING_DISMISSED' })
    await keyring.close()
  })

  it('are spoken of on a terminal when they take their time', async () => {
    await using display = await Display.start()
    await using gnome = await GnomeKeyring.start({ env: display.env })
    await gnome.lock(await gnome.makeCollection('awsvault', 's3cret'))
    const told = new EventTarget()
    const heard = once(told, 'warning')
    const keyring = openKeyring(gnome.bus.address)
    Object.assign(keyring.context.logger, {
      warn: (text: string) => told.dispatchEvent(Object.assign(new Event('warning'), { text })),
    })
    const found = keyring.get('dev')
    await display.window()
    const [event] = await heard
    assert.equal(
      event.text,
      'waiting for an answer in the window of the Secret Service, to unlock the collection "awsvault"',
    )
    display.type('s3cret', 'Return')
    assert.equal(await found, undefined)
    await keyring.close()
  })
})
