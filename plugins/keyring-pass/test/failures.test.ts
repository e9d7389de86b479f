import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { item, textOf } from '@aws-vault/plugin-sdk/testkit'
import backend from '../src/index.ts'
import { type GpgHome, makeGpgHome, whyNoPass } from './gpg-home.ts'
import { makeStore, openStore, run } from './store.ts'

const skip = whyNoPass() ?? false

describe('what gpg says is explained', { skip }, () => {
  let home: GpgHome
  let store: string
  before(async () => {
    home = makeGpgHome('pässphrase')
    store = makeStore(home)
    await (await openStore(home, store)).set(item('dev'))
  })
  after(() => home[Symbol.dispose]())

  const refuses = async (code: string, message: RegExp, more: object = {}): Promise<void> => {
    const keyring = await openStore(home, store, { programEnvironment: { ...home.environment, ...more } })
    await assert.rejects(keyring.get('dev'), error => {
      assert.ok(isVaultError(error, code), `${String(error)}`)
      assert.match(error.message, message)
      assert.ok(error.hint)
      assert.doesNotMatch(`${error.message}${error.hint}`, /GNUPG:/)
      return true
    })
  }

  it('the right passphrase opens the item', async () => {
    home.pinentry('D pässphrase')
    assert.equal(textOf(await (await openStore(home, store)).get('dev')), textOf(item('dev')))
  })
  // pass tells gpg to be quiet about the reason: that somebody was asked is all that is known.
  const onScreen = { DISPLAY: ':99' }
  const answers: Record<string, string> = {
    'a wrong passphrase': 'D wrong',
    'a window that was closed': 'ERR 83886179 Operation cancelled <Pinentry>',
    'a window that nobody answered': 'ERR 83886142 Timeout <Pinentry>',
  }
  for (const [what, answer] of Object.entries(answers)) {
    it(what, async () => {
      home.pinentry(answer)
      await refuses('ERR_KEYRING_LOCKED', /: the passphrase of the gpg key is wrong, or was not given$/, onScreen)
    })
  }
  it('a terminal that gpg-agent does not know', async () => {
    home.pinentry('ERR 83918950 Inappropriate ioctl for device <Pinentry>')
    await refuses('ERR_PASS_PINENTRY', /knows no terminal/)
  })
  it('no program that asks', async () => {
    home.configure('gpg-agent.conf', 'pinentry-program /nonexistent/pinentry')
    await refuses('ERR_PASS_PINENTRY', /no program that asks/)
  })
  it('an agent that cannot be started', async () => {
    home.configure('gpg.conf', 'no-autostart')
    try {
      await refuses('ERR_PASS_AGENT', /gpg-agent is not running/)
    } finally {
      writeFileSync(join(home.environment.GNUPGHOME ?? '', 'gpg.conf'), '')
    }
  })
  it('an interruption while it asks, which ends gpg too', async () => {
    const asked = join(home.path, 'asked')
    mkdirSync(asked)
    home.pinentry(`HANG ${asked}/now`)
    const aborter = new AbortController()
    const keyring = await openStore(home, store, {
      signal: aborter.signal,
      programEnvironment: { ...home.environment, DISPLAY: ':99' },
    })
    const watcher = watch(asked, () => aborter.abort())
    await assert.rejects(keyring.get('dev'), { name: 'AbortError' })
    watcher.close()
    const { stdout } = spawnSync('sh', ['-c', 'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " "'], {
      encoding: 'utf8',
    })
    assert.ok(!stdout.includes(`gpg -d --status-fd=2 --quiet --yes --compress-algo=none --no-encrypt-to ${store}`))
  })
  it('a secret key that is not there', async () => {
    rmSync(join(home.environment.GNUPGHOME ?? '', 'private-keys-v1.d'), { recursive: true })
    home.configure('gpg-agent.conf')
    await refuses('ERR_PASS_SECRET_KEY', /no secret key/)
  })
})

describe('a store', { skip }, () => {
  let home: GpgHome
  before(() => {
    home = makeGpgHome()
  })
  after(() => home[Symbol.dispose]())

  const rejects = (promise: Promise<unknown>, code: string, message: RegExp): Promise<void> =>
    assert.rejects(promise, error => {
      assert.ok(isVaultError(error, code), String(error))
      assert.match(error.message, message)
      return true
    })

  it('that was never made is said', async () => {
    const dir = join(home.path, 'nowhere')
    const keyring = await openStore(home, dir)
    const availability = await backend.available(keyring.context)
    assert.match(availability.available ? '' : availability.reason, /no password store in .*nowhere .*pass init/)
    assert.deepEqual(await keyring.keys(), [])
    assert.equal(await keyring.get('dev'), undefined)
    await rejects(keyring.set(item('dev')), 'ERR_PASS_STORE', /there is no password store in/)
  })

  it('for a key that gpg does not have keeps the old item', async () => {
    const dir = makeStore(home)
    const keyring = await openStore(home, dir)
    await keyring.set(item('dev', 'old'))
    writeFileSync(join(dir, '.gpg-id'), 'nobody@example.com\n')
    await rejects(keyring.set(item('dev', 'new')), 'ERR_PASS_RECIPIENT', /"nobody@example.com"/)
    assert.deepEqual(readdirSync(join(dir, 'aws-vault')), ['dev.gpg'])
    assert.equal(textOf(await keyring.get('dev')), 'old')
  })

  it('without its program, or gpg, is not available', async () => {
    const dir = makeStore(home)
    const bin = join(home.path, 'bin')
    mkdirSync(bin)
    const missing = await openStore(home, dir, { options: { command: 'no-such-pass' } })
    assert.deepEqual(await backend.available(missing.context), {
      available: false,
      reason: '"no-such-pass" is not installed',
    })
    await rejects(missing.set(item('dev')), 'ERR_PASS_NOT_FOUND', /"no-such-pass" cannot be started/)

    const programs = [
      'pass',
      'bash',
      'env',
      'dirname',
      'mkdir',
      'tty',
      'getopt',
      'base64',
      'which',
      'sed',
      'uname',
      'git',
      'cat',
    ]
    for (const name of programs) symlinkSync(run(home, 'which', [name]).trim(), join(bin, name))
    const without = await openStore(home, dir, { programEnvironment: { ...home.environment, PATH: bin } })
    assert.deepEqual(await backend.available(without.context), { available: false, reason: 'gpg is not installed' })
    await rejects(without.set(item('dev')), 'ERR_PASS_GPG', /gpg is not installed/)
  })

  it('has entries that are damaged, or none of ours', async () => {
    const dir = makeStore(home)
    const keyring = await openStore(home, dir)
    await keyring.set(item('dev'))
    const file = join(dir, 'aws-vault', 'dev.gpg')
    writeFileSync(file, readFileSync(file).subarray(0, 40))
    await rejects(keyring.get('dev'), 'ERR_KEYRING_ITEM', /holds no item: it is damaged/)
    writeFileSync(file, 'not encrypted')
    await rejects(keyring.get('dev'), 'ERR_KEYRING_ITEM', /damaged/)
    run(home, 'pass', ['insert', '-m', '-f', 'aws-vault/dev'], 'a password\n', dir)
    await rejects(keyring.get('dev'), 'ERR_KEYRING_ITEM', /holds no item: what is stored under "dev" is not JSON/)
  })

  it('whose writer is killed half-way keeps the old item', async () => {
    const dir = makeStore(home)
    const keyring = await openStore(home, dir)
    await keyring.set(item('dev', 'old'))
    // A gpg that is killed when it has written a part, and with it the program that called it.
    const bin = join(home.path, 'killed')
    mkdirSync(bin)
    const script = `#!/bin/sh
while [ "$1" != -o ]; do shift; done
echo half > "$2"
kill -9 $PPID $$
`
    writeFileSync(join(bin, 'gpg'), script, { mode: 0o755 })
    const killed = await openStore(home, dir, {
      programEnvironment: { ...home.environment, PATH: `${bin}:${home.environment.PATH}` },
    })
    await rejects(killed.set(item('dev', 'new')), 'ERR_KEYRING_STORAGE', /ended by a signal/)
    assert.deepEqual(readdirSync(join(dir, 'aws-vault')), ['dev.gpg'])
    assert.equal(textOf(await keyring.get('dev')), 'old')
  })

  it('ends what does not end by itself', async () => {
    const dir = makeStore(home)
    const program = join(home.path, 'slow')
    writeFileSync(program, '#!/bin/sh\nsleep 600\n', { mode: 0o755 })
    const aborter = new AbortController()
    const keyring = await openStore(home, dir, { options: { command: program }, signal: aborter.signal })
    setImmediate(() => aborter.abort())
    await assert.rejects(keyring.set(item('dev')), { name: 'AbortError' })
  })

  it('is left by no name', async () => {
    const dir = makeStore(home)
    const keyring = await openStore(home, dir)
    const before = readdirSync(home.path)
    for (const key of ['../../x', '/x', 'a/../../../x', '..']) {
      for (const attempt of [() => keyring.set(item(key)), () => keyring.get(key), () => keyring.remove(key)]) {
        await assert.rejects(attempt, { code: 'ERR_KEYRING_KEY' })
      }
    }
    await assert.rejects(openStore(home, dir, { options: { prefix: '../x' } }), { code: 'ERR_SETTINGS_VALUE' })
    assert.deepEqual(readdirSync(home.path), before)
    assert.equal(existsSync(join(dir, 'aws-vault')), false)
  })
})
