import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { item, testContext, textOf } from '@aws-vault/plugin-sdk/testkit'
import { KWallet } from '../../../test/support/kwallet.ts'
import { end, SessionBus } from '../../../test/support/session-bus.ts'
import { standIn } from '../../../test/support/stand-in.ts'
import backend from '../src/index.ts'
import { openKeyring } from './keyring.ts'

async function reasonOf(sessionBus: string | undefined): Promise<string> {
  const answer = await backend.available(testContext({ sessionBus }))
  assert.equal(answer.available, false)
  return answer.available ? '' : answer.reason
}

describe('without a wallet daemon', { skip: SessionBus.missing(), timeout: 60_000 }, () => {
  it('says that there is no bus, and that nobody has its name there', async () => {
    assert.match(await reasonOf(undefined), /there is no session bus here$/)
    await using session = await SessionBus.start()
    assert.match(await reasonOf(session.address), /it does not run and cannot be started by the session bus$/)
    await assert.rejects(openKeyring(session.address).get('dev'), {
      code: 'ERR_KEYRING_ABSENT',
      hint: /--backend file/,
    })
  })

  it('says that it cannot be started, as without a screen', async () => {
    await using session = await SessionBus.start({ services: { 'org.kde.kwalletd6': '/bin/false' } })
    assert.match(await reasonOf(session.address), /it cannot be started: /)
  })

  it('takes the one that runs, and of both that of KDE Frameworks 6', async () => {
    await using session = await SessionBus.start({ services: { 'org.kde.kwalletd6': '/bin/false' } })
    const calls: string[] = []
    const answers = (name: string) => ({
      wallets: ({ length }: readonly unknown[], { path = '' }) => {
        calls.push(`${name} ${path} ${length}`)
        return { signature: 'as', body: [[]] }
      },
    })
    await standIn(session, 'org.kde.kwalletd5', answers('5'))
    const one = openKeyring(session.address)
    assert.deepEqual(await one.keys(), [])
    await standIn(session, 'org.kde.kwalletd6', answers('6'))
    const other = openKeyring(session.address)
    assert.deepEqual(await other.keys(), [])
    assert.deepEqual(calls, ['5 /modules/kwalletd5 0', '6 /modules/kwalletd6 0'])
    await one.close()
    await other.close()
  })

  it('tells one that is switched off from one that is not there', async () => {
    await using session = await SessionBus.start()
    await standIn(session, 'org.kde.kwalletd6', { isEnabled: () => ({ signature: 'b', body: [false] }) })
    assert.match(await reasonOf(session.address), /is switched off/)
    await assert.rejects(openKeyring(session.address).set(item('dev')), {
      code: 'ERR_KEYRING_DISABLED',
      hint: /System Settings/,
    })
  })

  it('does not wait for one that answers nothing', async () => {
    await using session = await SessionBus.start()
    await standIn(session, 'org.kde.kwalletd6', { isEnabled: () => 'silence', wallets: () => 'silence' })
    assert.match(await reasonOf(session.address), /does not answer within 0.5 seconds$/)
    const keyring = openKeyring(session.address, { patience: 200 })
    await assert.rejects(keyring.get('dev'), { code: 'ERR_KEYRING_TIMEOUT' })
    await keyring.close()
  })

  it('says that a write failed, and why it cannot be read', async () => {
    await using session = await SessionBus.start()
    const yes = () => ({ signature: 'b', body: [true] })
    const number = (value: number) => () => ({ signature: 'i', body: [value] })
    await standIn(session, 'org.kde.kwalletd6', {
      ...{ isEnabled: yes, isOpen: yes, hasFolder: yes, open: number(7), writeEntry: number(-1) },
      users: () => ({ signature: 'as', body: [['aws-vault']] }),
      wallets: () => ({ signature: 'as', body: [['aws-vault']] }),
    })
    const keyring = openKeyring(session.address)
    await assert.rejects(keyring.set(item('dev')), { code: 'ERR_KEYRING_STORAGE', message: /did not store "dev"$/ })
    await assert.rejects(keyring.get('dev'), { code: 'ERR_KEYRING_STORAGE', message: /entryType failed$/ })
    await keyring.close()
  })
})

describe('kwalletd5', { skip: KWallet.missing(), timeout: 60_000 }, () => {
  it('that is switched off ends as soon as it is started, which is said with where to switch it on', async () => {
    await using session = await SessionBus.start({
      services: { 'org.kde.kwalletd5': '/usr/bin/kwalletd5' },
      env: { QT_QPA_PLATFORM: 'offscreen' },
    })
    mkdirSync(join(session.home, '.config'))
    writeFileSync(join(session.home, '.config', 'kwalletrc'), '[Wallet]\nEnabled=false\n')
    await assert.rejects(openKeyring(session.address).set(item('dev')), {
      code: /^ERR_KEYRING_(?:ABSENT|STORAGE)$/,
      hint: /switched on in System Settings/,
    })
    assert.notEqual(await reasonOf(session.address), '')
  })

  it('is asked nothing about a wallet that is not there', async () => {
    await using kwallet = await KWallet.start()
    const keyring = openKeyring(kwallet.bus.address)
    assert.deepEqual(await keyring.keys(), [])
    assert.equal(await keyring.get('dev'), undefined)
    assert.equal(await keyring.remove('dev'), false)
    assert.deepEqual(await kwallet.call('wallets'), [[]])
    await keyring.close()
  })

  it('whose wallet was closed or taken from us meanwhile is not taken for empty', async () => {
    await using kwallet = await KWallet.start()
    await kwallet.openWallet()
    const keyring = openKeyring(kwallet.bus.address)
    await keyring.set(item('dev', 'stored'))
    const takeAway = [
      async () => {
        await kwallet.closeWallet()
        await kwallet.openWallet()
      },
      async () => {
        await kwallet.call('disconnectApplication', 'ss', ['aws-vault', 'aws-vault'])
      },
    ]
    for (const take of takeAway) {
      await take()
      assert.equal(textOf(await keyring.get('dev')), 'stored')
      await take()
      assert.deepEqual(await keyring.keys(), ['dev'])
      await take()
      await keyring.set(item('prod'))
      await take()
      assert.equal(await keyring.remove('prod'), true)
    }
    await keyring.close()
  })

  it('that hangs is waited for a while', async () => {
    await using kwallet = await KWallet.start()
    await kwallet.openWallet()
    const keyring = openKeyring(kwallet.bus.address, { patience: 300 })
    await keyring.set(item('dev', 'stored'))
    kwallet.daemon.kill('SIGSTOP')
    await assert.rejects(keyring.get('dev'), { code: 'ERR_KEYRING_TIMEOUT', message: /does not answer/ })
    await assert.rejects(keyring.set(item('x')), { code: 'ERR_KEYRING_TIMEOUT' })
    assert.match(await reasonOf(kwallet.bus.address), /does not answer within 0.5 seconds$/)
    kwallet.daemon.kill('SIGCONT')
    await keyring.close()
  })

  it('has what was stored after it was killed at once', async () => {
    await using kwallet = await KWallet.start()
    await kwallet.openWallet()
    const keyring = openKeyring(kwallet.bus.address)
    for (const data of ['first', 'second']) {
      await keyring.set(item('dev', data))
      await keyring.set(item('prod'))
      assert.equal(await keyring.remove('prod'), true)
      await end(kwallet.daemon)
      await assert.rejects(keyring.get('dev'), { code: 'ERR_KEYRING_STORAGE', message: /ended before/ })
      await assert.rejects(keyring.get('dev'), { code: 'ERR_KEYRING_ABSENT' })
      await kwallet.restart()
      await kwallet.openWallet()
      assert.equal(textOf(await keyring.get('dev')), data)
      assert.deepEqual(await keyring.keys(), ['dev'])
    }
    await keyring.close()
  })

  it('refuses a name that D-Bus cannot carry', async () => {
    await using kwallet = await KWallet.start()
    await kwallet.openWallet()
    const keyring = openKeyring(kwallet.bus.address)
    for (const key of ['a\0b', 'half \ud83d']) {
      await assert.rejects(keyring.set(item(key)), { code: 'ERR_KEYRING_KEY' })
      assert.equal(await keyring.get(key), undefined)
      assert.equal(await keyring.remove(key), false)
    }
    await keyring.close()
  })
})
