import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { VaultError } from '@aws-vault/plugin-sdk'
import { formatTimeLeft } from './duration.ts'
import { Redactor } from './redactor.ts'
import { describeError } from './report-error.ts'
import { formatTable } from './table.ts'

describe('the redactor', () => {
  const redactor = new Redactor()
  const secret = 'wJalr"XUtn/FEMI+K7'
  redactor.add(secret)
  redactor.add('abc')
  for (const [form, text] of [
    ['as it is', secret],
    ['in JSON', JSON.stringify({ secret })],
    ['in a URL', `?s=${encodeURIComponent(secret)}`],
    ['in base64', Buffer.from(secret).toString('base64')],
  ]) {
    it(`blacks a secret out ${form}`, () => {
      assert.match(redactor.apply(`<${text}>`), /^<[^w]*\[secret\]"?}?>$/)
    })
  }
  it('leaves words alone that are too short to be secrets', () => assert.equal(redactor.apply('abc'), 'abc'))
})

describe('an error report', () => {
  const redactor = new Redactor()
  redactor.add('hunter22')
  it('has no secret in any member', () => {
    const error = new VaultError('ERR_X', 'it is hunter22', {
      hint: 'not hunter22',
      facts: { word: 'hunter22', exitCode: 127 },
    })
    const report = describeError(error, redactor, 'aws-vault exec')
    assert.deepEqual(report, {
      exitCode: 127,
      code: 'ERR_X',
      message: 'it is [secret]',
      hint: 'not [secret]',
      facts: { word: '[secret]' },
    })
  })
  it('of wrong usage is 2 and points to the help', () => {
    const error = Object.assign(new Error('Missing 1 required arg\nSee more help with --help'), { oclif: { exit: 2 } })
    const { exitCode, message, hint } = describeError(error, redactor, 'aws-vault exec')
    assert.deepEqual([exitCode, message, hint], [2, 'missing 1 required arg', 'see aws-vault exec --help'])
  })
  it('of a fault of ours is 1 and says so', () => {
    assert.equal(describeError(new TypeError('x of undefined'), redactor, 'aws-vault').code, 'ERR_INTERNAL')
  })
})

describe('a table', () => {
  it('has columns as wide as their content and no blanks at line ends', () => {
    assert.equal(
      formatTable(
        ['Profile', 'Sessions'],
        [
          ['a', '-'],
          ['a long name', 'x'],
        ],
      ),
      'Profile      Sessions\n=======      ========\na            -\na long name  x',
    )
  })
  it('counts what a terminal shows', () => {
    assert.equal(
      formatTable(
        ['a', 'b'],
        [
          ['ü', '1'],
          ['🔑', '2'],
        ],
      ),
      'a   b\n=   =\nü   1\n🔑  2',
    )
  })
})

it('time left is short', () => {
  const rows: [number, string][] = [
    [-5, 'expired'],
    [0, 'expired'],
    [59.9, '59s'],
    [60, '1m'],
    [3599, '59m'],
    [3600, '1h'],
    [8000, '2h13m'],
    [400000, '4d'],
  ]
  for (const [seconds, text] of rows) assert.equal(formatTimeLeft(seconds), text)
})
