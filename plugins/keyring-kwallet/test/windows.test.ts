import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { item, textOf } from '@aws-vault/plugin-sdk/testkit'
import { Display } from '../../../test/support/display.ts'
import { KWallet } from '../../../test/support/kwallet.ts'
import { end } from '../../../test/support/session-bus.ts'
import { openKeyring } from './keyring.ts'

const skip = KWallet.missing() || Display.missing()

describe('the windows of KWallet', { skip, timeout: 120_000 }, () => {
  it('make a new wallet, and ask for its password until it is right', async () => {
    await using display = await Display.start()
    await using kwallet = await KWallet.start({ env: display.env })
    const first = openKeyring(kwallet.bus.address)
    const stored = first.set(item('dev', 'stored'))
    // An encrypted file, not GPG, for which nobody has a key here.
    display.click(await display.window(), 0.22, 0.464)
    display.type('', 'Return')
    await display.window(true)
    display.type('s3cret', 'Tab')
    display.type('s3cret', 'Return')
    await stored
    await first.close()

    await kwallet.restart()
    const second = openKeyring(kwallet.bus.address)
    const found = second.get('dev')
    await display.window()
    display.type('wrong', 'Return')
    await display.window(true)
    display.type('s3cret', 'Return')
    assert.equal(textOf(await found), 'stored')
    assert.deepEqual(await second.keys(), ['dev'])
    await second.close()
  })

  it('that are cancelled are told from a wallet without items', async () => {
    await using display = await Display.start()
    await using kwallet = await KWallet.start({ env: display.env })
    await kwallet.openWallet()
    await kwallet.closeWallet()
    const keyring = openKeyring(kwallet.bus.address)
    const found = assert.rejects(keyring.keys(), { code: 'ERR_KEYRING_DISMISSED', hint: /--backend file/ })
    await display.window()
    display.type('', 'Escape')
    await found
    await keyring.close()
  })

  it('come once for many who ask at the same time', async () => {
    await using display = await Display.start()
    await using kwallet = await KWallet.start({ env: display.env })
    await kwallet.openWallet('s3cret')
    const before = openKeyring(kwallet.bus.address)
    await before.set(item('dev', 'stored'))
    await before.close()
    await kwallet.closeWallet()
    const keyrings = Array.from({ length: 10 }, () => openKeyring(kwallet.bus.address))
    const found = Promise.all(keyrings.map(async keyring => textOf(await keyring.get('dev'))))
    await display.window()
    display.type('s3cret', 'Return')
    assert.deepEqual(await found, Array(10).fill('stored'))
    await display.empty()
    for (const keyring of keyrings) await keyring.close()
  })

  it('end the wait when we are interrupted, and when the daemon ends', async () => {
    await using display = await Display.start()
    await using kwallet = await KWallet.start({ env: display.env })
    await kwallet.openWallet()
    await kwallet.closeWallet()
    const interruption = new AbortController()
    const one = openKeyring(kwallet.bus.address, { signal: interruption.signal })
    const interrupted = assert.rejects(one.get('dev'), { name: 'AbortError' })
    await display.window()
    interruption.abort()
    await interrupted
    await one.close()

    const other = openKeyring(kwallet.bus.address)
    const ended = assert.rejects(other.get('dev'), { code: 'ERR_KEYRING_STORAGE', message: /ended before/ })
    await display.window()
    await end(kwallet.daemon)
    await ended
    await other.close()
  })
})
