import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keysInAssignments, keysInAwsFile } from './find-keys.ts'
import { removeLines } from './remove-lines.ts'

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const ID = 'AKIAIOSFODNN7EXAMPLE'

test('keys in an AWS file: by profile, in any case, with their lines', () => {
  const text = `[a]\nAWS_Access_Key_Id=${ID}\n# c\naws_secret_access_key = ${SECRET}\n[b]\nregion = x\n[c]\naws_access_key_id = ${ID}\naws_secret_access_key = ${SECRET}\naws_session_token = t\n`
  assert.deepEqual(
    keysInAwsFile(text, 'f').map(({ profile, lines, isLongLived }) => [profile, lines, isLongLived]),
    [
      ['a', [2, 4], true],
      ['c', [8, 9, 10], false],
    ],
  )
})

for (const [what, text, lines, isRemovable] of [
  ['export', `export AWS_ACCESS_KEY_ID=${ID}\nexport AWS_SECRET_ACCESS_KEY=${SECRET}\n`, [1, 2], true],
  ['quotes and comments', `AWS_ACCESS_KEY_ID="${ID}" # mine\nAWS_SECRET_ACCESS_KEY='${SECRET}'\r\n`, [1, 2], true],
  ['the secret first', `x=1\nAWS_SECRET_ACCESS_KEY=${SECRET}\nAWS_ACCESS_KEY_ID=${ID}\n`, [2, 3], true],
  ['one line', `export AWS_ACCESS_KEY_ID=${ID} AWS_SECRET_ACCESS_KEY=${SECRET}`, [1], true],
  ['fish', `set -gx AWS_ACCESS_KEY_ID ${ID}\nset -gx AWS_SECRET_ACCESS_KEY ${SECRET}`, [1, 2], true],
  ['csh', `setenv AWS_ACCESS_KEY_ID ${ID}\nsetenv AWS_SECRET_ACCESS_KEY ${SECRET}`, [1, 2], true],
  ['declare', `declare -x AWS_ACCESS_KEY_ID=${ID}; declare -x AWS_SECRET_ACCESS_KEY=${SECRET}`, [1], true],
  ['a command behind', `AWS_ACCESS_KEY_ID=${ID} AWS_SECRET_ACCESS_KEY=${SECRET} terraform plan`, [1], false],
  ['within a function', `f() { export AWS_ACCESS_KEY_ID=${ID} AWS_SECRET_ACCESS_KEY=${SECRET}; }`, [1], false],
] as const) {
  test(`assignments: ${what}`, () => {
    const [key, ...rest] = keysInAssignments(text)
    assert.deepEqual([key?.accessKeyId, key?.secretAccessKey, rest], [ID, SECRET, []])
    assert.deepEqual([key?.lines, key?.isRemovable], [lines, isRemovable])
  })
}

test('no keys: comments, references, halves, placeholders', () => {
  for (const text of [
    `# export AWS_ACCESS_KEY_ID=${ID}\n# export AWS_SECRET_ACCESS_KEY=${SECRET}\n`,
    'export AWS_ACCESS_KEY_ID=$(x) AWS_SECRET_ACCESS_KEY="$SECRET"\n',
    `export AWS_ACCESS_KEY_ID=${ID}\n`,
    'AWS_ACCESS_KEY_ID=your-key\nAWS_SECRET_ACCESS_KEY=your-secret\n',
  ]) {
    assert.deepEqual(keysInAssignments(text), [])
  }
})

test('two keys in one file are two, and a session token makes one temporary', () => {
  const other = 'AKIAI44QH8DHBEXAMPLE'
  const pair = (id: string) => `AWS_ACCESS_KEY_ID=${id}\nAWS_SECRET_ACCESS_KEY=${SECRET}\n`
  const found = keysInAssignments(`${pair(ID)}${pair(other)}AWS_SESSION_TOKEN=token\n`)
  assert.deepEqual(
    found.map(({ accessKeyId, isLongLived }) => [accessKeyId, isLongLived]),
    [
      [ID, true],
      [other, false],
    ],
  )
})

test('lines are taken out, a note stands in place of the first, and every other byte stays', () => {
  assert.equal(removeLines('a\nb\nc\nd\n', [2, 4], '# n'), 'a\n# n\nc\n')
  assert.equal(removeLines('a\r\nb\r\nc', [1, 3], '# n'), '# n\r\nb\r\n')
})
