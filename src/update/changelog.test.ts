import assert from 'node:assert/strict'
import { it } from 'node:test'
import { changesBetween } from './changelog.ts'

const changelog = `# Changelog

## Unreleased

- next

## [2.0.0] - 2026-05-01

### Added

- two

## 2.0.0-beta.1

- nearly two

## v1.1.0 (2026-04-01)

- one and a bit

## 1.0.0

- one
`

it('says what came after one version, up to another', () => {
  assert.equal(
    changesBetween(changelog, '1.0.0', '2.0.0-beta.1'),
    '## 2.0.0-beta.1\n\n- nearly two\n\n## v1.1.0 (2026-04-01)\n\n- one and a bit',
  )
  assert.equal(changesBetween(changelog, '2.0.0-beta.1', '2.0.0'), '## [2.0.0] - 2026-05-01\n\n### Added\n\n- two')
})

it('says nothing where there is nothing to say', () => {
  assert.equal(changesBetween(changelog, '2.0.0', '2.0.0'), '')
  assert.equal(changesBetween(changelog, '2.0.0', '1.0.0'), '')
  assert.equal(changesBetween('', '1.0.0', '2.0.0'), '')
})
