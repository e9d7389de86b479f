import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { encodeItem } from '@aws-vault/plugin-sdk'
import { item, textOf } from '@aws-vault/plugin-sdk/testkit'
import { KWallet } from '../../../test/support/kwallet.ts'
import { missing as missingPrograms } from '../../../test/support/needs.ts'
import { openKeyring } from './keyring.ts'

const SESSION = 'sts.AssumeRole,cm9sZQ,,4102444800'
const PYTHON = '/usr/bin/python3'

function missing(): string | false {
  const problem = KWallet.missing() || missingPrograms('kwallet-query')
  if (problem || spawnSync(PYTHON, ['-c', 'import jeepney']).status === 0) return problem
  if (process.env.CI === 'true') throw new Error('needs python3-jeepney')
  return 'needs python3-jeepney'
}

/** Reads or writes an entry, of bytes as the Go tool does or a password, with another D-Bus client. */
const CLIENT = `
import sys
from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import open_dbus_connection
bus = open_dbus_connection()
wallet = DBusAddress('/modules/kwalletd5', 'org.kde.kwalletd5', 'org.kde.KWallet')
def call(member, signature, *args):
    return bus.send_and_get_reply(new_method_call(wallet, member, signature, args)).body[0]
handle = call('open', 'sxs', 'aws-vault', 0, 'aws-vault')
key = sys.argv[2]
if sys.argv[1] == 'write':
    call('createFolder', 'iss', handle, 'aws-vault', 'aws-vault')
    sys.exit(call('writeEntry', 'issays', handle, 'aws-vault', key, sys.stdin.buffer.read(), 'aws-vault'))
if sys.argv[1] == 'password':
    sys.exit(call('writePassword', 'issss', handle, 'aws-vault', key, sys.stdin.read(), 'aws-vault'))
print(call('entryType', 'isss', handle, 'aws-vault', key, 'aws-vault'), flush=True)
sys.stdout.buffer.write(bytes(call('readEntry', 'isss', handle, 'aws-vault', key, 'aws-vault')))
`

describe('items in the Go tool’s layout', { skip: missing(), timeout: 60_000 }, () => {
  it('are found by other clients', async () => {
    await using kwallet = await KWallet.start()
    await kwallet.openWallet()
    const keyring = openKeyring(kwallet.bus.address)
    const ours = [item('dev', 'ours'), item(SESSION, '{}'), item('team/dev ü')]
    for (const each of ours) await keyring.set(each)
    const { stdout } = await kwallet.bus.run('kwallet-query', ['--folder', 'aws-vault', '--list-entries', 'aws-vault'])
    assert.deepEqual(stdout.trim().split('\n').sort(), ours.map(({ key }) => key).sort())
    for (const each of ours) {
      const read = await kwallet.bus.run(PYTHON, ['-c', CLIENT, 'read', each.key])
      // 2: bytes.
      assert.equal(read.stdout, `2\n${Buffer.from(encodeItem(each)).toString()}`, read.stderr)
    }
    await keyring.close()
  })

  it('are found when other clients wrote them', async () => {
    await using kwallet = await KWallet.start()
    await kwallet.openWallet()
    const theirs = [item('dev', 'theirs'), item(SESSION, '{}'), item('team/dev ü')]
    for (const each of theirs) {
      const text = Buffer.from(encodeItem(each)).toString()
      const { code, stderr } = await kwallet.bus.run(PYTHON, ['-c', CLIENT, 'write', each.key], text)
      assert.equal(code, 0, stderr)
    }
    const keyring = openKeyring(kwallet.bus.address)
    assert.deepEqual((await keyring.keys()).sort(), theirs.map(({ key }) => key).sort())
    for (const each of theirs)
      assert.deepEqual(await keyring.get(each.key), { ...each, data: new Uint8Array(each.data) })

    // Typed in by hand, in the wallet's own window, it is an entry of another type.
    const typed = Buffer.from(encodeItem(item('typed', 'pässword'))).toString()
    assert.equal((await kwallet.bus.run(PYTHON, ['-c', CLIENT, 'password', 'typed'], typed)).code, 0)
    assert.equal(textOf(await keyring.get('typed')), 'pässword')
    await keyring.close()
  })

  it('are listed and read when there are 1,000 of them', async context => {
    await using kwallet = await KWallet.start()
    await kwallet.openWallet()
    const keyring = openKeyring(kwallet.bus.address)
    let start = performance.now()
    for (let index = 0; index < 1000; index++) await keyring.set(item(`profile ${index}`, `${index}`))
    context.diagnostic(`1,000 items: stored in ${(performance.now() - start).toFixed(1)} ms`)
    start = performance.now()
    assert.equal((await keyring.keys()).length, 1000)
    context.diagnostic(`1,000 items: listed in ${(performance.now() - start).toFixed(1)} ms`)
    start = performance.now()
    assert.equal(textOf(await keyring.get('profile 777')), '777')
    context.diagnostic(`1,000 items: one read in ${(performance.now() - start).toFixed(1)} ms`)
    await keyring.close()
  })
})
