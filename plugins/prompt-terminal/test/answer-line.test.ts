import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AnswerLine, type Progress } from '../src/answer-line.ts'

/** Types the bytes of `keys`, and says what came of it. */
function typed(keys: string | Buffer): { text: string | undefined; progress: Progress; left: number } {
  const line = new AnswerLine()
  const bytes = Buffer.from(keys as string)
  let progress: Progress = 'open'
  let taken = 0
  while (progress === 'open' && taken < bytes.length) progress = line.take(bytes[taken++] ?? 0)
  return { text: line.text, progress, left: bytes.length - taken }
}

describe('an answer', () => {
  const cases: readonly [name: string, keys: string, text: string][] = [
    ['ended by Return', 'secret\r', 'secret'],
    ['ended by a line feed', 'secret\n', 'secret'],
    ['that is empty', '\r', ''],
    ['with letters of several bytes', 'pä€😀ß\r', 'pä€😀ß'],
    ['with blanks', ' a\tb \r', ' a\tb '],
    ['with a byte order mark', '\ufeffa\r', '\ufeffa'],
    ['backspace', 'ab\x7fc\r', 'ac'],
    ['Ctrl-H', 'ab\bc\r', 'ac'],
    ['backspace over letters of several bytes', 'a😀ä€\x7f\x7f\x7fb\r', 'ab'],
    ['backspace on nothing', '\x7f\x7fa\r', 'a'],
    ['Ctrl-U', 'wrong\x15right\r', 'right'],
    ['Ctrl-W', 'one two\x17three\r', 'one three'],
    ['Ctrl-W behind blanks', 'one two  \x17three\r', 'one three'],
    ['Ctrl-W on nothing', '\x17a\r', 'a'],
    ['Ctrl-D in the line', 'a\x04b\r', 'ab'],
    ['Ctrl-Z', 'a\x1ab\r', 'ab'],
    ['other control characters', 'a\0\x01\x0b\x1fb\r', 'ab'],
    ['arrow keys', 'a\x1b[D\x1b[1;5Cb\r', 'ab'],
    ['arrow keys in application mode', 'a\x1bOAb\r', 'ab'],
    ['function keys of the Linux console', 'a\x1b[[Ab\r', 'ab'],
    ['delete', 'a\x1b[3~b\r', 'ab'],
    ['bracketed paste', '\x1b[200~pasted\x1b[201~\r', 'pasted'],
    ['escape alone', 'a\x1bb\r', 'ab'],
    ['escape twice before an arrow key', 'a\x1b\x1b[Db\r', 'ab'],
    ['Return within a sequence', 'a\x1b[\r', 'a'],
    ['a letter of several bytes after escape', 'a\x1bä\r', 'aä'],
  ]
  for (const [name, keys, text] of cases) {
    test(name, () => assert.deepEqual(typed(keys), { text, progress: 'answered', left: 0 }))
  }

  test('of 100,000 characters', () => assert.equal(typed(`${'x'.repeat(100_000)}\r`).text?.length, 100_000))
  test('takes nothing beyond its end', () =>
    assert.deepEqual(typed('a\rb\r'), { text: 'a', progress: 'answered', left: 2 }))
  test('that is not UTF-8', () => assert.equal(typed(Buffer.from('p\xe4\r', 'latin1')).text, undefined))
  test('that is not UTF-8, erased', () => assert.equal(typed(Buffer.from('p\xe4\x7fa\r', 'latin1')).text, 'pa'))
})

describe('a question is declined', () => {
  for (const [name, keys] of [
    ['by Ctrl-C', 'abc\x03'],
    ['by Ctrl-C within a sequence', 'abc\x1b[\x03'],
    ['by Ctrl-\\', '\x1c'],
    ['by Ctrl-D on an empty line', '\x04'],
    ['by Ctrl-D on an erased line', 'a\x7f\x04'],
  ] as const) {
    test(name, () => assert.equal(typed(keys).progress, 'cancelled'))
  }
})
