import assert from 'node:assert/strict'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { foreignHome } from './foreign-home.ts'

test('root in the home directory of somebody else is told', { skip: process.getuid?.() !== 0 && 'not root' }, () => {
  const home = mkdtempSync(join(tmpdir(), 'home-'))
  try {
    assert.equal(foreignHome(home), undefined)
    chownSync(home, 1234, 1234)
    assert.match(foreignHome(home) ?? '', /belongs to another user, .* run this without sudo$/)
    assert.equal(foreignHome(home, 1234), undefined)
    assert.equal(foreignHome(join(home, 'none')), undefined)
  } finally {
    rmSync(home, { recursive: true })
  }
})
