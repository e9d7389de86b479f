import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { cutVersion, sectionOf } from '../../bin/release/changelog-section.ts'

const CHANGELOG = '# Changelog\n\n## Unreleased\n\n### Added\n\n- b\n\n## 1.2.0 - 2026-02-01\n\n- a\n'

describe('the changelog', () => {
  it('says what a version brings', () => {
    assert.equal(sectionOf(CHANGELOG, '1.2.0'), '- a\n')
    assert.equal(sectionOf(CHANGELOG, 'Unreleased'), '### Added\n\n- b\n')
  })
  it('does not take one version for another', () => {
    assert.throws(() => sectionOf(CHANGELOG.replace('1.2.0', '1.2.01'), '1.2.0'), /no section/)
    assert.throws(() => sectionOf(CHANGELOG, '1.2'), /no section/)
  })
  it('gets a version of what is unreleased', () => {
    const cut = cutVersion(CHANGELOG, '1.3.0', '2026-03-01')
    assert.equal(sectionOf(cut, '1.3.0'), '### Added\n\n- b\n')
    assert.equal(sectionOf(cut, '1.2.0'), '- a\n')
    assert.throws(() => sectionOf(cut, 'Unreleased'), /says nothing/)
    assert.throws(() => cutVersion(cut, '1.4.0', '2026-04-01'), /says nothing of Unreleased/)
  })
  it('refuses what is no version, and one that is there', () => {
    assert.throws(() => cutVersion(CHANGELOG, 'v1.3.0', '2026-03-01'), /no version/)
    assert.throws(() => cutVersion(CHANGELOG, '1.2.0', '2026-03-01'), /already/)
  })
  it('of this repository can be cut', () => {
    const own = readFileSync(join(import.meta.dirname, '..', '..', 'CHANGELOG.md'), 'utf8')
    assert.ok(sectionOf(cutVersion(own, '99.0.0', '2026-03-01'), '99.0.0').length > 10)
  })
})
