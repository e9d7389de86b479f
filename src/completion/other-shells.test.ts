import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Answer } from './complete.ts'
import { readFishLine } from './fish-line.ts'
import { printPlain, printZsh } from './plain-words.ts'
import { printPowershell, quotedForPowershell, readPowershellWords } from './powershell-words.ts'
import { ownShell } from './scripts.ts'

const answer: Answer = {
  kind: 'values',
  candidates: [{ value: 'wo rk', describe: () => 'a\trole\nthere' }, { value: 'x:y' }],
}

describe('for a shell', () => {
  it('zsh: values, and the lines of a list', () => {
    assert.equal(printZsh(answer, ''), 'values\nwo rk\two rk -- a role there\nx:y\tx:y\n')
    assert.equal(printZsh(answer, 'x'), 'values\nx:y\n')
    assert.equal(printZsh({ kind: 'program', first: 2 }, ''), 'program\n2\n')
  })
  it('any other: values and descriptions; all of them when none begins with what is typed', () => {
    assert.equal(printPlain(answer, 'WO'), 'values\nwo rk\ta role there\n')
    assert.equal(printPlain(answer, 'rk'), 'values\nwo rk\ta role there\nx:y\n')
    assert.equal(printPlain({ kind: 'values', candidates: [] }, ''), 'values\n')
  })
  it('describes none of thousands', () => {
    const candidates = Array.from({ length: 501 }, (_, index) => ({
      value: `p${index}`,
      describe: () => assert.fail(),
    }))
    assert.equal(printPlain({ kind: 'values', candidates }, '').split('\n').length, 503)
  })
  it('fish: words as it quotes them, behind what may stand in front of a command', () => {
    for (const [line, ...words] of [
      ['aws-vault exec wo', 'exec', 'wo'],
      ['A=b and aws-vault exec "big $x ', 'exec', 'big $x '],
      ["command aws-vault exec 'it\\'s' ", 'exec', "it's", ''],
      ['aws-vault exec "a\\"b" c\\ d', 'exec', 'a"b', 'c d'],
      ['aws-vault', ''],
    ] as const) {
      assert.deepEqual(readFishLine(line).words, words, line)
    }
    const line = readFishLine("aws-vault exec 'a b' -- git 'ch")
    assert.equal(line.print({ kind: 'program', first: 3 }), "program\ngit 'ch\n")
  })
  it('PowerShell: words as base64, and candidates quoted for it', () => {
    assert.deepEqual(readPowershellWords(Buffer.from('exec\0wö "\0').toString('base64')), ['exec', 'wö "', ''])
    assert.equal(printPowershell(answer, 'WO'), "values\n'wo rk'\two rk\ta role there\n")
    for (const [value, quoted] of [
      ['work/über_1.x', 'work/über_1.x'],
      ["it's", "'it''s'"],
      ['it’s', "'it’’s'"],
      ['$HOME', "'$HOME'"],
      ['a`b;c', "'a`b;c'"],
      ['@a', "'@a'"],
      ['a,b', "'a,b'"],
      ['1e3', "'1e3'"],
      ['--region=eu-west-1', '--region=eu-west-1'],
    ] as const) {
      assert.equal(quotedForPowershell(value), quoted)
    }
  })
})

describe('the shell of SHELL', () => {
  it('is found by its name', () => {
    assert.equal(ownShell('/usr/local/bin/zsh', 'darwin'), 'zsh')
    assert.equal(ownShell('C:\\Program Files\\PowerShell\\7\\pwsh.exe', 'win32'), 'powershell')
    assert.equal(ownShell(undefined, 'win32'), 'powershell')
  })
  it('has to have a script', () => {
    assert.throws(() => ownShell('/bin/tcsh', 'linux'), {
      code: 'ERR_USAGE',
      message: 'there is no completion for tcsh',
    })
    assert.throws(() => ownShell(undefined, 'linux'), { code: 'ERR_USAGE' })
  })
})
