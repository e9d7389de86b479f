/** From one real keystore to the next, each time killed on the way. */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { it } from 'node:test'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import fileKeyring from '../../plugins/keyring-file/src/index.ts'
import { makeGpgHome, whyNoPass } from '../../plugins/keyring-pass/test/gpg-home.ts'
import { makeStore } from '../../plugins/keyring-pass/test/store.ts'
import { compareItems, isComplete } from '../../src/migrate/compare-items.ts'
import { GnomeKeyring } from '../support/gnome-keyring.ts'
import { manyItems } from '../support/many-items.ts'
import { PASSPHRASE, Sandbox } from '../support/sandbox.ts'

const COUNT = 200

it('file, Secret Service, pass and back: nothing is lost, nothing is doubled, though each way is cut by kill -9', {
  skip: GnomeKeyring.missing() || (whyNoPass() ?? false),
  timeout: 300_000,
}, async () => {
  await using gnome = await GnomeKeyring.start()
  await gnome.makeCollection('awsvault')
  using gpg = makeGpgHome()
  using sandbox = new Sandbox()
  const back = sandbox.path('back')
  mkdirSync(back)
  Object.assign(sandbox.env, {
    DBUS_SESSION_BUS_ADDRESS: gnome.bus.address,
    AWS_VAULT_PASS_PREFIX: 'aws-vault/',
    AWS_VAULT_PASS_PASSWORD_STORE_DIR: makeStore(gpg),
    GNUPGHOME: gpg.environment.GNUPGHOME,
  })
  const items = manyItems(COUNT)
  const vault = await openVault(sandbox.vault)
  for (const item of items) await vault.set(item)

  for (const [from, to, ...options] of [
    ['file', 'secret-service'],
    ['secret-service', 'pass'],
    ['pass', 'file', '--to-option', `file-dir=${back}`],
  ] as const) {
    const args = ['migrate', '--from', from, '--to', to, ...options, '--delete-source', '--json']
    const atTarget = to === 'file' ? ['--backend', 'file', '--file-dir', back] : ['--backend', to]
    const count = async (keyring: readonly string[]): Promise<number> => {
      // No two of them are of one profile.
      return JSON.parse((await sandbox.ok(['list', '--json', ...keyring])).stdout).length
    }
    const running = sandbox.start(args)
    await running.sees(/: [1-9]\d* of 200/)
    running.child.kill('SIGKILL')
    assert.equal((await running.ended).signal, 'SIGKILL')
    const copied = await count(atTarget)
    assert.ok(copied > 0 && copied < COUNT, `killed when ${copied} items were there`)
    assert.equal(await count(['--backend', from]), COUNT, 'the source was touched before all was copied')

    const report = JSON.parse((await sandbox.ok(args)).stdout)
    assert.equal(report.complete, true)
    assert.equal(await count(['--backend', from]), 0)
    assert.equal(await count(atTarget), COUNT)
  }

  const last = await openVault(back)
  assert.deepEqual((await last.keys()).sort(), items.map(({ key }) => key).sort())
  for (const item of items) {
    const copy = await last.get(item.key)
    assert.ok(copy && isComplete(compareItems(item, copy)), item.key)
  }
})

const openVault = (dir: string) => {
  const options = { dir, passphrase: PASSPHRASE, workFactor: 8192 }
  return fileKeyring.open({ ...testContext({ options }), options })
}
