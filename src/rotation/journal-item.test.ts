import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MemoryKeyring } from '../../test/support/memory-keyring.ts'
import { classifyKey } from '../vault/session-key.ts'
import type { Journal } from './journal.ts'
import { decodeJournal, encodeJournal } from './journal-item.ts'
import { RotationStore } from './rotation-store.ts'

const journal: Journal = {
  phase: 'created',
  profiles: ['work, ä', 'twin'],
  oldKeyId: 'AKIA1',
  before: ['AKIA1'],
  startedAt: 1,
  afterwards: 'grace',
  graceSeconds: 60,
  newKeyId: 'AKIA2',
  newSecret: 'secret',
}

describe('the journal of a rotation', () => {
  it('comes out of its item as it went in, which is neither keys nor a session', () => {
    const item = encodeJournal(journal)
    assert.equal(item.key, 'oidc:rotate:work, ä')
    assert.equal(classifyKey(item.key), 'rotation')
    assert.deepEqual(decodeJournal(item), journal)
  })

  it('is refused where it is none, or of a version to come', () => {
    const item = encodeJournal(journal)
    const text = Buffer.from(item.data).toString()
    for (const bad of ['', '[]', '{}', text.replace('"version":1', '"version":2'), text.replace('created', 'x')]) {
      assert.throws(() => decodeJournal({ ...item, data: Buffer.from(bad) }), { code: 'ERR_VAULT_ITEM' })
    }
  })

  it('is found for every profile that has the key, and its secret is blacked out', async () => {
    const secrets: (string | undefined)[] = []
    const store = new RotationStore(new MemoryKeyring(), secret => secrets.push(secret))
    await store.write(journal)
    assert.deepEqual(await store.journalOf('twin'), journal)
    assert.equal(await store.journalOf('other'), undefined)
    assert.ok(secrets.length >= 2 && secrets.every(secret => secret === 'secret'))
  })

  it('is left to those that have the same key when one goes, and removed with the last', async () => {
    const keyring = new MemoryKeyring()
    const store = new RotationStore(keyring, () => {})
    await store.write(journal)
    await store.retire({ profiles: journal.profiles, accessKeyId: 'AKIA0', deleteAfter: 5 })
    assert.equal((await store.retiredOf('twin'))?.accessKeyId, 'AKIA0')
    assert.equal(await store.leave('work, ä'), false)
    assert.deepEqual(keyring.names().sort(), ['oidc:rotate:twin', 'oidc:rotated:twin'])
    assert.deepEqual((await store.journalOf('twin'))?.profiles, ['twin'])
    assert.deepEqual((await store.retiredOf('twin'))?.profiles, ['twin'])
    assert.equal(await store.leave('twin'), true)
    assert.equal(await store.leave('twin'), false)
    assert.deepEqual(keyring.names(), [])
  })

  it('that cannot be read stops its own profile only, says how to be rid of it, and can be given up', async () => {
    const keyring = new MemoryKeyring()
    const warned: string[] = []
    const store = new RotationStore(
      keyring,
      () => {},
      ({ message }) => warned.push(message),
    )
    await store.write({ ...journal, profiles: ['twin', 'third'] })
    for (const kind of ['rotate', 'rotated']) {
      await keyring.set({ ...encodeJournal(journal), key: `oidc:${kind}:work`, data: Buffer.from('{"version":2}') })
    }
    const refused = { code: 'ERR_VAULT_ITEM', hint: /aws-vault rotate --forget work$/ }
    await assert.rejects(store.journalOf('work'), refused)
    await assert.rejects(store.retiredOf('work'), refused)
    assert.equal((await store.journalOf('third'))?.profiles[0], 'twin')
    assert.equal(await store.journalOf('fourth'), undefined)
    assert.equal(await store.retiredOf('third'), undefined)
    assert.match(warned.join('\n'), /oidc:rotate:work.*\n.*oidc:rotated:work/)
    assert.equal(await store.forget('work'), true)
    assert.equal(await store.journalOf('work'), undefined)
    assert.deepEqual(keyring.names(), ['oidc:rotate:twin'])
  })
})
