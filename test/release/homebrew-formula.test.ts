import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { homebrewFormula } from '../../bin/pack/homebrew-formula.ts'
import { missing } from '../support/needs.ts'

const url = 'https://releases.example.com/versions/1.2.3/abcdef0/aws-vault-v1.2.3-abcdef0-linux-x64.tar.gz'
const bottles = [
  { platform: 'linux', arch: 'x64', url, sha256: 'a'.repeat(64) },
  { platform: 'darwin', arch: 'arm64', url, sha256: 'b'.repeat(64) },
]

describe('the Homebrew formula', () => {
  it('names each system where it has a tarball for it', () => {
    const text = homebrewFormula('1.2.3', bottles)
    assert.match(text, /on_macos do\n {4}on_arm do\n {6}url ".*"\n {6}sha256 "b{64}"\n {4}end\n {2}end/)
    assert.match(text, /on_linux do\n {4}on_intel do\n {6}url ".*"\n {6}sha256 "a{64}"/)
    assert.doesNotMatch(homebrewFormula('1.2.3', bottles.slice(0, 1)), /on_macos|on_arm/)
  })
  it('takes nothing that could be Ruby', () => {
    const evil = { platform: 'linux', arch: 'x64', url: 'https://x/#{system("id")}', sha256: 'a'.repeat(64) }
    assert.throws(() => homebrewFormula('1.2.3', [evil]), /not for a formula/)
  })
  it('is Ruby', { skip: missing('ruby') }, () => {
    const { status, stderr } = spawnSync('ruby', ['-c'], { input: homebrewFormula('1.2.3', bottles), encoding: 'utf8' })
    assert.equal(status, 0, stderr)
  })
})
