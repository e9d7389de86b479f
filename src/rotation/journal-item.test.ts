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
    await store.retire({ profile: 'work, ä', accessKeyId: 'AKIA0', deleteAfter: 5 })
    assert.equal(await store.forgetAll('work, ä'), true)
    assert.equal(await store.forgetAll('work, ä'), false)
    assert.equal(await store.retiredOf('work, ä'), undefined)
  })
})
