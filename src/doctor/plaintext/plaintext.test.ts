import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { keysInAssignments, keysInAwsFile } from './find-keys.ts'
import { removeCommands, removeLines } from './remove-lines.ts'

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

const exports = `  export AWS_ACCESS_KEY_ID=${ID}\n  export AWS_SECRET_ACCESS_KEY=${SECRET}\n`
const fishExports = `  set -gx AWS_ACCESS_KEY_ID ${ID}\n  set -gx AWS_SECRET_ACCESS_KEY ${SECRET}\n`

for (const [what, text, ...shells] of [
  ['a condition', `if true; then\n${exports}fi\n`, 'bash', 'zsh'],
  ['two branches', exports.replace('\n', '\nelse\n').replace(/^/, 'if true; then\n').concat('fi\n'), 'bash', 'zsh'],
  ['a function', `f() {\n${exports}}\n`, 'bash', 'zsh'],
  ['a case', `case x in\nx)\n${exports};;\nesac\n`, 'bash', 'zsh'],
  ['a loop', `for i in 1; do\n# c\n${exports}done\n`, 'bash', 'zsh'],
  ['a condition before', `true &&\n${exports}`, 'bash', 'zsh'],
  ['a block of fish', `if true\n${fishExports}end\n`, 'fish'],
] as const) {
  test(`a shell's file stays whole: ${what}`, () => {
    const [key] = keysInAssignments(text)
    assert.ok(key?.isRemovable)
    const left = removeCommands(text, key.lines, '# n')
    assert.doesNotMatch(left, /AWS_/)
    for (const shell of shells) {
      // Through a pipe: not every shell reads a script from a socket, which is what a child gets here.
      const words = ['-c', `printf %s "$1" | ${shell} -n`, 'sh', left]
      const { status, stderr } = spawnSync('sh', words, { encoding: 'utf8' })
      // Not every machine has every shell; bash is there wherever the tests run.
      if (shell !== 'bash' && status === 127) continue
      assert.deepEqual([status, stderr], [0, ''], `${shell}: ${left}`)
    }
  })
}

test('the note stands once where lines go, indented as they were', () => {
  assert.equal(removeCommands('a\n\tb\n\tc\nd\n e\r\n', [2, 3, 5], '# n'), 'a\n\t: # n\nd\n : # n\r\n')
})

for (const [what, text] of [
  ['the end of a case', `case x in\nx)\n${exports.trimEnd()};;\nesac\n`],
  ['a here-document', `cat > f <<'EOF'\n${exports}EOF\n`],
  ['an indented one', `cat <<-EOF | sh\n${exports}\tEOF\n`],
  ['the second of two', `cat <<A <<"B C"\nx\nA\n${exports}B C\n`],
  ['a continued line', `export \\\n  AWS_ACCESS_KEY_ID=${ID} AWS_SECRET_ACCESS_KEY=${SECRET}\n`],
  ['a group', `{ export AWS_ACCESS_KEY_ID=${ID}\nexport AWS_SECRET_ACCESS_KEY=${SECRET}; }\n`],
  ['a condition on the line', `true && export AWS_ACCESS_KEY_ID=${ID}\nexport AWS_SECRET_ACCESS_KEY=${SECRET}\n`],
] as const) {
  test(`left to be removed by hand: ${what}`, () => assert.equal(keysInAssignments(text)[0]?.isRemovable, false))
}

test('behind a here-document, and beside a here-string, keys can be taken out', () => {
  for (const before of ['cat <<EOF\nx\nEOF\n', 'cat <<<EOF\n']) {
    assert.equal(keysInAssignments(before + exports)[0]?.isRemovable, true)
  }
})
