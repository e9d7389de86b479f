import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { asClause, inWords, withoutSecrets } from './words.ts'

describe('withoutSecrets', () => {
  it('replaces secrets wherever they stand', () => {
    assert.equal(withoutSecrets('a s3cr/et+b s3cr/et+', ['s3cr/et+', '']), 'a ***b ***')
  })

  it('replaces a code only where it is one', () => {
    const text = "Value '111111' for arn:aws:iam::111111111111:mfa/alice"
    assert.equal(withoutSecrets(text, ['111111']), "Value '***' for arn:aws:iam::111111111111:mfa/alice")
  })
})

describe('asClause', () => {
  it('is one line without a full stop', () => {
    assert.equal(asClause('It  failed. \n Try\tagain. '), 'It failed. Try again')
  })
})

describe('inWords', () => {
  const rows: readonly [milliseconds: number, words: string][] = [
    [0, '0 seconds'],
    [1000, '1 second'],
    [-90_000, '90 seconds'],
    [7 * 60_000, '7 minutes'],
    [-7.6 * 60_000, '8 minutes'],
    [3 * 3_600_000, '3 hours'],
    [49 * 3_600_000, '2 days'],
  ]
  for (const [milliseconds, words] of rows) {
    it(`${milliseconds} ms: ${words}`, () => assert.equal(inWords(milliseconds), words))
  }
})
