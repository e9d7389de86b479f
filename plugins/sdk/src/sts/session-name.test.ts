import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { usualSessionName } from './session-name.ts'

describe('usualSessionName', () => {
  const rows: readonly [user: string, host: string, name: string][] = [
    ['alice', 'laptop', 'alice@laptop'],
    ['alice', 'laptop.example.com', 'alice@laptop'],
    ['ACME\\alice b', 'lap_top', 'ACME-alice-b@lap_top'],
    ['jürgen', 'laptop', 'j-rgen@laptop'],
    ['', '', 'aws-vault'],
    ['a', '', 'aws-vault'],
    ['alice', '', 'alice'],
    ['a'.repeat(70), 'laptop', 'a'.repeat(64)],
  ]
  for (const [user, host, name] of rows) {
    it(`${user.slice(0, 12)} on "${host}": ${name.slice(0, 20)}`, () => {
      assert.equal(usualSessionName(64, user, host), name)
    })
  }

  it('is as short as it has to be', () => {
    assert.equal(usualSessionName(32, 'a-rather-long-user-name', 'and-machine'), 'a-rather-long-user-name@and-mach')
  })

  it('is one that AWS takes on this machine', () => {
    assert.match(usualSessionName(32), /^[\w+=,.@-]{2,32}$/)
  })
})
