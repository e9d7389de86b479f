import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { encodeItem } from '@aws-vault/plugin-sdk'
import { item, textOf } from '@aws-vault/plugin-sdk/testkit'
import { GnomeKeyring } from '../../../test/support/gnome-keyring.ts'
import type { SessionBus } from '../../../test/support/session-bus.ts'
import { collectionPath } from '../src/collection-path.ts'
import { openKeyring } from './keyring.ts'

const SESSION = 'sts.GetSessionToken,ZGV2,YXJuOmF3czppYW06OjExMTExMTExMTExMTptZmEvYWxpY2U,4102444800'
const PYTHON = '/usr/bin/python3'

function missing(): string | false {
  const problem = GnomeKeyring.missing()
  if (problem || spawnSync(PYTHON, ['-c', 'import secretstorage']).status === 0) return problem
  if (process.env.CI === 'true') throw new Error('needs python3-secretstorage')
  return 'needs python3-secretstorage'
}

/** What python's secretstorage sees. */
interface Seen {
  readonly path: string
  readonly label: string
  readonly profile: string
  readonly secret: string
}

const LIST = `
import json, secretstorage, sys
bus = secretstorage.dbus_init()
found = []
for collection in secretstorage.get_all_collections(bus):
    if collection.get_label() == sys.argv[1]:
        for item in collection.get_all_items():
            found.append(dict(path=item.item_path, label=item.get_label(), profile=item.get_attributes()['profile'],
                              secret=item.get_secret().decode()))
print(json.dumps(found))
`

const STORE = `
import json, secretstorage, sys
bus = secretstorage.dbus_init()
collection = next(each for each in secretstorage.get_all_collections(bus) if each.get_label() == sys.argv[1])
for key, secret in json.load(sys.stdin):
    collection.create_item(key, {'profile': key}, secret.encode(), replace=sys.argv[2] == 'replace', content_type='application/json')
`

async function python(bus: SessionBus, script: string, args: readonly string[], input = ''): Promise<string> {
  const { code, stdout, stderr } = await bus.run(PYTHON, ['-c', script, ...args], input)
  assert.equal(code, 0, stderr)
  return stdout
}

describe('items in the Go tool’s layout', { skip: missing(), timeout: 60_000 }, () => {
  it('have the collection’s path, label and attribute that others look for', async () => {
    await using gnome = await GnomeKeyring.start()
    for (const name of ['awsvault', 'my_vault-2ü']) {
      assert.equal(await gnome.makeCollection(name), collectionPath(name))
      const keyring = openKeyring(gnome.bus.address, { collection: name })
      const ours = [
        item('dev', 'of ours'),
        { ...item(SESSION, '{}'), label: 'aws-vault session for dev' },
        item('team/dev ü'),
      ]
      for (const each of ours) await keyring.set(each)
      const seen = JSON.parse(await python(gnome.bus, LIST, [name])) as Seen[]
      assert.equal(seen.length, ours.length)
      for (const each of ours) {
        const other = seen.find(({ label }) => label === each.key)
        assert.equal(other?.profile, each.key)
        assert.equal(other?.secret, Buffer.from(encodeItem(each)).toString())
        assert.ok(other?.path.startsWith(`${collectionPath(name)}/`))
        const { stdout } = await gnome.bus.run('secret-tool', ['lookup', 'profile', each.key])
        assert.equal(stdout, other?.secret)
      }
      await keyring.close()
      await gnome.remove(collectionPath(name))
    }
  })

  it('are found when secret-tool or secretstorage wrote them', async () => {
    await using gnome = await GnomeKeyring.start()
    const path = await gnome.makeCollection('awsvault')
    const theirs = [
      item('dev', 'theirs'),
      item(SESSION, '{"AccessKeyId":"ASIAIOSFODNN7EXAMPLE"}'),
      item('team/dev ü', 'x'),
    ]
    for (const each of theirs.slice(0, 2)) {
      const args = ['store', `--label=${each.key}`, `--collection=${path}`, 'profile', each.key]
      await gnome.bus.run('secret-tool', args, Buffer.from(encodeItem(each)).toString())
    }
    const rest = theirs.slice(2).map(each => [each.key, Buffer.from(encodeItem(each)).toString()])
    await python(gnome.bus, STORE, ['awsvault', 'replace'], JSON.stringify(rest))

    const keyring = openKeyring(gnome.bus.address)
    assert.deepEqual((await keyring.keys()).sort(), theirs.map(({ key }) => key).sort())
    for (const each of theirs)
      assert.deepEqual(await keyring.get(each.key), { ...each, data: new Uint8Array(each.data) })
    // Ours takes the place of theirs, and the other way round.
    await keyring.set(item('dev', 'ours'))
    assert.equal(JSON.parse(await python(gnome.bus, LIST, ['awsvault'])).length, theirs.length)
    const again = [['dev', Buffer.from(encodeItem(item('dev', 'theirs again'))).toString()]]
    await python(gnome.bus, STORE, ['awsvault', 'replace'], JSON.stringify(again))
    assert.equal(textOf(await keyring.get('dev')), 'theirs again')
    assert.equal((await keyring.keys()).length, theirs.length)
    await keyring.close()
  })

  it('that lie there twice are read as the newest, and are one after the next write or none after a removal', async () => {
    await using gnome = await GnomeKeyring.start()
    await gnome.makeCollection('awsvault')
    const double = async (key: string): Promise<void> => {
      const values = ['first', 'second', 'third'].map(data => [
        key,
        Buffer.from(encodeItem(item(key, data))).toString(),
      ])
      await python(gnome.bus, STORE, ['awsvault', 'beside'], JSON.stringify(values))
    }
    await double('dev')
    const keyring = openKeyring(gnome.bus.address)
    assert.deepEqual(await keyring.keys(), ['dev'])
    assert.equal(textOf(await keyring.get('dev')), 'third')
    await keyring.set(item('dev', 'one'))
    assert.equal(JSON.parse(await python(gnome.bus, LIST, ['awsvault'])).length, 1)
    assert.equal(textOf(await keyring.get('dev')), 'one')

    await double('prod')
    assert.equal(await keyring.remove('prod'), true)
    assert.equal(await keyring.get('prod'), undefined)
    assert.deepEqual(await keyring.keys(), ['dev'])
    await keyring.close()
  })

  it('are listed and read when there are 1,000 of them', async context => {
    await using gnome = await GnomeKeyring.start()
    // A collection in memory: that of a file is written anew by the daemon for each item, which takes it half a minute.
    const keyring = openKeyring(gnome.bus.address, { collection: 'session' })
    for (let index = 0; index < 1000; index++) await keyring.set(item(`profile ${index}`, `${index}`))
    let start = performance.now()
    assert.equal((await keyring.keys()).length, 1000)
    context.diagnostic(`1,000 items: listed in ${(performance.now() - start).toFixed(1)} ms`)
    start = performance.now()
    assert.equal(textOf(await keyring.get('profile 777')), '777')
    context.diagnostic(`1,000 items: one read in ${(performance.now() - start).toFixed(1)} ms`)
    await keyring.close()
  })
})
