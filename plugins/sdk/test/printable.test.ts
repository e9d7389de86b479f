import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printable } from '../src/printable.ts'

const cases: readonly [text: string, shown: string][] = [
  ['MFA code for arn:aws:iam::111111111111:mfa/alice', 'MFA code for arn:aws:iam::111111111111:mfa/alice'],
  ['Jürgen €😀', 'Jürgen €😀'],
  ['\x1b[2Jgone', '\\u{1b}[2Jgone'],
  ['\x9b2J', '\\u{9b}2J'],
  ['a\r\nb\tc\x07\x7f', 'a\\u{d}\\u{a}b\\u{9}c\\u{7}\\u{7f}'],
  ['a\u202eb\u2066c\u200d', 'a\\u{202e}b\\u{2066}c\\u{200d}'],
  ['a\u2028b', 'a\\u{2028}b'],
  ['\ud800', '\ufffd'],
]

for (const [text, shown] of cases) {
  test(JSON.stringify(text), () => assert.equal(printable(text), shown))
}
