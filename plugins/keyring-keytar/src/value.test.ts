import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { begunAt, decodeManifest, decodeValue, encodeManifest, encodeValue } from './value.ts'
import { accountOf, keyOf } from './wincred-account.ts'

describe('encodeValue', () => {
  it('leaves JSON as it is, as the Go tool has it', () => {
    const json = '{"AccessKeyID":"ü","Expires":"0001-01-01T00:00:00Z"}'
    assert.equal(encodeValue(Buffer.from(json)), json)
  })
  it('marks what keytar would not give back', () => {
    for (const data of ['', 'a\0b', '\xff', 'aws-vault-parts:1', 'aws-vault-base64:eA==']) {
      const bytes = Buffer.from(data, 'latin1')
      assert.match(encodeValue(bytes), /^aws-vault-base64:/)
      assert.deepEqual(Buffer.from(decodeValue(encodeValue(bytes))), bytes)
    }
  })
  it('keeps a byte order mark', () => {
    const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x61])
    assert.deepEqual(Buffer.from(decodeValue(encodeValue(bytes))), bytes)
  })
  it('gives back any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), data => {
        const text = encodeValue(data)
        assert.ok(text !== '' && !text.includes('\0'))
        assert.deepEqual(Buffer.from(decodeValue(text)), Buffer.from(data))
      }),
    )
  })
})

describe('a list of parts', () => {
  const manifest = { generation: `${(1_900_000_000_000).toString(36)}-0123456789abcdef`, count: 3, length: 7000 }
  it('is read as it was written', () => {
    assert.deepEqual(decodeManifest('dev', encodeManifest(manifest)), manifest)
    assert.equal(begunAt(manifest.generation), 1_900_000_000_000)
  })
  it('is no item', () => assert.equal(decodeManifest('dev', '{"AccessKeyID":""}'), undefined))
  it('is never written in an item', () =>
    assert.equal(decodeManifest('dev', encodeValue(Buffer.from(encodeManifest(manifest)))), undefined))
})

describe('the account of a key on Windows', () => {
  it('is plain for plain names', () => assert.equal(accountOf('team/dev-1,x'), 'team/dev-1,x'))
  it('differs for keys that differ in case, in any script', () => {
    for (const [one, other] of [
      ['Dev', 'dev'],
      ['ÜNIT', 'ünit'],
      ['ſ', 's'],
      ['µ', 'μ'],
    ] as const) {
      assert.notEqual(accountOf(one).toUpperCase(), accountOf(other).toUpperCase())
    }
  })
  it('has nothing that Windows gives a meaning', () => assert.equal(accountOf('a*?'), 'a%2a%3f'))
  it('gives back any key, and takes no other account for one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), key => assert.equal(keyOf(accountOf(key)), key)),
    )
    for (const account of ['', 'Dev', '%', '%64ev', '%FF', '%ff']) assert.equal(keyOf(account), undefined, account)
  })
})
