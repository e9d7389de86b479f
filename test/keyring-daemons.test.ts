/** Keystores that are daemons, end to end: each on a session bus of its own, found as users' machines have them. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { describe, it } from 'node:test'
import { startLocalAws } from './local-aws/index.ts'
import { Display } from './support/display.ts'
import { GnomeKeyring } from './support/gnome-keyring.ts'
import { KWallet } from './support/kwallet.ts'
import { KEYS, Sandbox } from './support/sandbox.ts'
import { end, SessionBus } from './support/session-bus.ts'
import { standIn } from './support/stand-in.ts'

const world = { users: [{ name: 'alice', accessKeys: [{ id: KEYS.accessKeyId, secret: KEYS.secretAccessKey }] }] }

/** Stores keys, uses them twice (the second time from the cache), lists and removes them. */
async function useKeyring(box: Sandbox): Promise<void> {
  await using aws = await startLocalAws({ world })
  box.useAws(aws)
  await box.add('work')
  const first = await box.accessKeyIdUnder(['work'])
  assert.match(first, /^ASIA/)
  assert.equal(await box.accessKeyIdUnder(['work']), first)
  assert.equal(aws.calls.length, 1)
  // Ten at once, with nothing cached: one session for all.
  await box.ok(['clear'])
  const all = await Promise.all(Array.from({ length: 10 }, () => box.accessKeyIdUnder(['work'])))
  assert.equal(new Set(all).size, 1)
  assert.equal(aws.calls.length, 2)
  const { stdout } = await box.ok(['list'])
  assert.match(stdout, /work/)
  await box.ok(['remove', 'work', '--force'])
  await box.fails(['exec', 'work', '--', 'true'])
}

describe('secret-service', { skip: GnomeKeyring.missing() }, () => {
  it('serves exec, in a collection that the user names', async () => {
    await using gnome = await GnomeKeyring.start()
    await gnome.makeCollection('teamkeys')
    using box = new Sandbox()
    box.env.AWS_VAULT_BACKEND = 'secret-service'
    box.env.AWS_VAULT_SECRET_SERVICE_COLLECTION_NAME = 'teamkeys'
    box.env.DBUS_SESSION_BUS_ADDRESS = gnome.bus.address
    await useKeyring(box)
    await box.add('work')
    delete box.env.AWS_VAULT_SECRET_SERVICE_COLLECTION_NAME
    await box.ok(['list', '--secret-service-collection', 'teamkeys'])
    const { stdout } = await gnome.bus.run('secret-tool', ['lookup', 'profile', 'work'])
    assert.equal(JSON.parse(stdout).Label, 'aws-vault (work)')
    // A program of exec finds the bus, too.
    const { DBUS_SESSION_BUS_ADDRESS } = await box.environmentUnder([
      'work',
      '--no-session',
      '--secret-service-collection',
      'teamkeys',
    ])
    assert.equal(DBUS_SESSION_BUS_ADDRESS, gnome.bus.address)
  })

  for (const [what, signal, first] of [
    ['killed', 'SIGKILL', /cannot be reached/],
    ['stopped', 'SIGSTOP', /does not answer/],
  ] as const) {
    it(`that is ${what} is asked at the next command whether it is there, and no other one is taken`, async () => {
      await using gnome = await GnomeKeyring.start()
      await gnome.makeCollection('awsvault')
      using box = new Sandbox()
      delete box.env.AWS_VAULT_BACKEND
      box.env.DBUS_SESSION_BUS_ADDRESS = gnome.bus.address
      await box.add('work')
      assert.equal(existsSync(box.vault), false)
      if (signal === 'SIGKILL') await end(gnome.daemon)
      else gnome.daemon.kill(signal)
      const failed = await box.fails(['exec', '-n', 'work', '--', 'true'])
      assert.match(failed.stderr, first)
      // Which would not have the keys.
      assert.doesNotMatch(failed.stderr, /keyring: --backend file/)
      const { stderr } = await box.fails(['exec', '-n', 'work', '--', 'true'])
      assert.match(stderr, /^aws-vault: the keyring "secret-service", in which your keys are, does not work here: /m)
      assert.doesNotMatch(stderr, /--backend file/)
      assert.equal(existsSync(box.vault), false)
      if (signal === 'SIGKILL') return
      const { stdout } = await box.run(['doctor', '--offline'], { env: { AWS_VAULT_BACKEND: 'secret-service' } })
      assert.match(stdout, /^broken .*keystore: the Secret Service does not answer within 0.9 s/m)
      gnome.daemon.kill('SIGCONT')
      assert.equal(await box.accessKeyIdUnder(['-n', 'work']), KEYS.accessKeyId)
    })
  }

  it('that is locked is not broken to doctor, which opens no window, and ends a server', async () => {
    await using gnome = await GnomeKeyring.start()
    const path = await gnome.makeCollection('awsvault')
    await using aws = await startLocalAws({ world })
    using box = new Sandbox()
    box.useAws(aws)
    box.env.AWS_VAULT_BACKEND = 'secret-service'
    box.env.DBUS_SESSION_BUS_ADDRESS = gnome.bus.address
    box.config('[profile work]\nregion = eu-west-1\n')
    await box.add('work')
    const keystore = async (): Promise<string> => {
      const { stdout } = await box.run(['doctor', '--offline'])
      return /^.*keystore: .*$/m.exec(stdout)?.[0] ?? stdout
    }
    assert.match(await keystore(), /^ok .*gives one in \d+ ms$/)
    const server = box.start(['server', 'start', 'work', '--stop-when-locked'])
    await server.sees(/AWS_CONTAINER_CREDENTIALS_FULL_URI/)
    await gnome.lock(path)
    assert.equal((await server.ended).code, 0)
    assert.match(await keystore(), /^ok .*it is locked/)
    // As after a login: the service itself cannot tell what is in it, and asks to.
    await gnome.restart()
    assert.match(await keystore(), /^ok .*opens in \d+ ms; it is locked/)
    assert.doesNotMatch((await box.run(['doctor', '--offline'])).stdout, /no keys are stored/)
    assert.match((await box.fails(['server', 'start', 'work', '--stop-when-locked'])).stderr, /is locked/)
  })

  it('is unlocked in its window, once for ten programs that start at the same time', {
    skip: Display.missing() || GnomeKeyring.missingPrompter(),
  }, async () => {
    await using aws = await startLocalAws({ world })
    await using display = await Display.start()
    await using gnome = await GnomeKeyring.start({ env: display.env })
    const path = await gnome.makeCollection('awsvault', 's3cret')
    using box = new Sandbox()
    box.useAws(aws)
    box.env.AWS_VAULT_BACKEND = 'secret-service'
    box.env.DBUS_SESSION_BUS_ADDRESS = gnome.bus.address
    await box.add('work')
    await gnome.lock(path)
    const all = Promise.all(Array.from({ length: 10 }, () => box.accessKeyIdUnder(['work'])))
    await display.window()
    display.type('s3cret', 'Return')
    assert.equal(new Set(await all).size, 1)
    await display.empty()
  })
})

describe('kwallet', { skip: KWallet.missing() }, () => {
  it('serves exec', async () => {
    await using kwallet = await KWallet.start()
    await kwallet.openWallet()
    using box = new Sandbox()
    box.env.AWS_VAULT_BACKEND = 'kwallet'
    box.env.DBUS_SESSION_BUS_ADDRESS = kwallet.bus.address
    await useKeyring(box)
  })
})

describe('a session bus', { skip: SessionBus.missing() }, () => {
  it('is found in the directory of the login session', async () => {
    await using session = await SessionBus.start()
    using box = new Sandbox()
    box.env.AWS_VAULT_BACKEND = 'kwallet'
    box.env.XDG_RUNTIME_DIR = session.home
    await standIn(session, 'org.kde.kwalletd6', { wallets: () => ({ signature: 'as', body: [[]] }) })
    await box.ok(['list'])
  })

  it('that is not there, or on which nobody is, makes an error and no wait', async () => {
    await using session = await SessionBus.start()
    using box = new Sandbox()
    for (const backend of ['secret-service', 'kwallet']) {
      for (const bus of [undefined, 'unix:path=/nowhere/bus', session.address]) {
        const options = { env: { AWS_VAULT_BACKEND: backend, DBUS_SESSION_BUS_ADDRESS: bus } }
        const { stderr } = await box.fails(['exec', 'work', '--', 'true'], 1, options)
        assert.match(stderr, /cannot be reached/)
        assert.match(stderr, /--backend file/)
      }
    }
  })

  it('without a keystore leaves the default to the next one', async () => {
    await using session = await SessionBus.start()
    using box = new Sandbox()
    delete box.env.AWS_VAULT_BACKEND
    box.env.DBUS_SESSION_BUS_ADDRESS = session.address
    await box.add('work')
    assert.equal(Object.keys(box.vaultFiles()).length, 1)
  })
})
