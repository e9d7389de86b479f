import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseIndex, parseManifest } from './manifest.ts'

const of = { platform: 'linux', arch: 'x64' }
const sound = {
  version: '1.2.3',
  sha: 'abcdef0',
  baseDir: 'aws-vault',
  bin: 'aws-vault',
  ...of,
  sha256gz: 'a'.repeat(64),
  size: 1000,
}

describe('a manifest', () => {
  it('is read', () => assert.deepEqual(parseManifest(JSON.stringify(sound), { ...of, version: '1.2.3' }), sound))
  const wrong: [string, object][] = [
    ['a version with a path in it', { version: '1.2.3/../..' }],
    ['a commit that is none', { sha: '../../x' }],
    ['a directory elsewhere', { baseDir: '../bin' }],
    ['no hash', { sha256gz: undefined }],
    ['no size', { size: undefined }],
    ['more than there is room for', { size: 2 ** 40 }],
    ['another program', { bin: 'sf' }],
    ['another processor', { arch: 'arm64' }],
    ['another version', { version: '1.2.4' }],
  ]
  for (const [name, change] of wrong) {
    it(`with ${name} is refused`, () => {
      assert.throws(() => parseManifest(JSON.stringify({ ...sound, ...change }), { ...of, version: '1.2.3' }), /it is/)
    })
  }
  it('of a channel has to name it', () => {
    assert.throws(() => parseManifest(JSON.stringify(sound), { ...of, channel: 'stable' }), /channel "undefined"/)
  })
})

it('a list of versions holds what can be fetched, whatever its host', () => {
  const path = (version: string, sha: string): string =>
    `versions/${version}/${sha}/aws-vault-v${version}-${sha}-linux-x64.tar.gz`
  const text = JSON.stringify({
    '1.0.0': `https://a.example/${path('1.0.0', 'abcdef0')}`,
    '1.1.0': `https://b.example/mirror/${path('1.1.0', 'abcdef1')}`,
    '1.2.0': `https://b.example/${path('1.0.0', 'abcdef0')}`,
    '../x': `https://b.example/${path('../x', 'abcdef0')}`,
    '1.3.0': 7,
  })
  assert.deepEqual(
    [...parseIndex(text, of)],
    [
      ['1.0.0', 'abcdef0'],
      ['1.1.0', 'abcdef1'],
    ],
  )
  assert.throws(() => parseIndex('null', of), /not a list/)
})
