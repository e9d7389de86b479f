import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { newReleaseKey, publicKeyOf, signatureOf } from '../../bin/pack/sign.ts'
import { missing } from '../../test/support/needs.ts'
import { parseReleaseKey, verifySignature } from './minisign.ts'

const data = Buffer.from('a manifest')
const key = newReleaseKey()
const ours = [parseReleaseKey(newReleaseKey().public), parseReleaseKey(key.public)]

describe('signatures of releases', () => {
  it('hold for what was signed, by any of the keys', () => {
    assert.equal(verifySignature(data, signatureOf(data, key.secret, 'file:x'), ours), 'file:x')
  })
  it('hold for nothing else', () => {
    const signature = signatureOf(data, key.secret, 'file:x')
    const lines = signature.split('\n')
    const flipped = Buffer.from(lines[1] ?? '', 'base64')
    flipped[20] = (flipped[20] ?? 0) ^ 1
    const cases: [string, Uint8Array, RegExp][] = [
      [signature, Buffer.from('another'), /something else/],
      [lines.with(1, flipped.toString('base64')).join('\n'), data, /something else/],
      [lines.with(2, 'trusted comment: file:y').join('\n'), data, /comment was changed/],
      [lines.with(3, '').join('\n'), data, /comment was changed/],
      [signatureOf(data, newReleaseKey().secret, ''), data, /not ours/],
      ['', data, /not a signature/],
      [lines.slice(0, 2).join('\n'), data, /not a signature/],
    ]
    for (const [text, of, message] of cases) assert.throws(() => verifySignature(of, text, ours), message)
    // Signed by the key itself, without the hash in between: minisign's older kind.
    const legacy = Buffer.from(lines[1] ?? '', 'base64')
    legacy.write('Ed', 'latin1')
    assert.throws(() => verifySignature(data, lines.with(1, legacy.toString('base64')).join('\n'), ours), /of a kind/)
    assert.throws(() => verifySignature(data, signature, []), /not ours/)
  })
  it('a key that is none is refused', () => {
    for (const text of ['', 'RWQ=', 'x'.repeat(56)]) assert.throws(() => parseReleaseKey(text), /not a public key/)
  })
  it('the public half is found again', () => assert.equal(publicKeyOf(key.secret), key.public))
})

describe('minisign itself', { skip: missing('minisign') }, () => {
  it('takes our signatures, and we take its', () => {
    const directory = mkdtempSync(join(tmpdir(), 'aws-vault-minisign-'))
    try {
      const run = (...args: string[]) => {
        const { status, stderr } = spawnSync('minisign', args, { cwd: directory, encoding: 'utf8', input: '' })
        assert.equal(status, 0, `${args.join(' ')}: ${stderr}`)
      }
      writeFileSync(join(directory, 'file'), data)
      writeFileSync(join(directory, 'file.minisig'), signatureOf(data, key.secret, 'file:file'))
      writeFileSync(join(directory, 'ours.pub'), key.public)
      run('-V', '-m', 'file', '-p', 'ours.pub')
      run('-G', '-W', '-p', 'theirs.pub', '-s', 'theirs.key')
      run('-S', '-H', '-m', 'file', '-s', 'theirs.key', '-t', 'a comment')
      const read = (name: string): string => readFileSync(join(directory, name), 'utf8')
      const theirs = [parseReleaseKey(read('theirs.pub'))]
      assert.equal(verifySignature(data, read('file.minisig'), theirs), 'a comment')
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})
