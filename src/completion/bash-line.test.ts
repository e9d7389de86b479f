import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readBashLine } from './bash-line.ts'

const BREAKS = ' \t\n"\'@><=;|&(:'

/** What stands in the line when Tab was pressed at its end and the only candidate taken, as readline does it. */
function taken(line: string, value: string, breaks: string): string {
  const printed = readBashLine(line, breaks).print({ kind: 'values', candidates: [{ value }] })
  assert.equal(printed.split('\n').length, 3, `${line} does not offer ${value}`)
  const text = printed.slice('values\n'.length, -1)
  // Readline's own rules: an open quote, or the last break that is not quoted.
  let quote = ''
  let start = 0
  for (let place = 0; place < line.length; place++) {
    const character = line[place] as string
    if (character === '\\' && quote !== "'") place++
    else if (quote === '' && (character === '"' || character === "'")) {
      quote = character
      start = place + 1
    } else if (character === quote) {
      quote = ''
      start = -1
    } else if (quote === '' && breaks.includes(character) && start !== -1) start = place + 1
    else if (quote === '' && start === -1 && /\s/.test(character)) start = place + 1
  }
  if (quote !== '' && text.startsWith(quote)) start--
  return line.slice(0, start) + text + quote
}

/** What bash makes of lines, each of which prints one word. */
function wordsOf(lines: readonly string[]): string[] {
  const script = lines.map(line => `set -- ${line}; printf '%s\\0' "$3"`).join('\n')
  const { stdout } = spawnSync('/bin/bash', ['--norc', '-c', script], { encoding: 'utf8', env: { LC_ALL: 'C.UTF-8' } })
  return stdout.split('\0').slice(0, -1)
}

const name = fc.string({
  unit: fc.constantFrom(...' \\\'"$`!*?[]{}()<>|&;#~^=@:%,./-+_aZ9äß日😀'),
  minLength: 1,
  maxLength: 12,
})

/** A beginning of a word as somebody may type it. */
const asTyped: Readonly<Record<string, (text: string) => string>> = {
  backslashes: text => text.replace(/[^\w\u0080-\uffff]/g, '\\$&'),
  'as few as there have to be': text => text.replace(/[^\w:=@\u0080-\uffff]/g, '\\$&'),
  'an open double quote': text => `"${text.replace(/["\\$`]/g, '\\$&')}`,
  'an open single quote': text => (text.includes("'") ? '' : `'${text}`),
}

describe('a line of bash', () => {
  for (const [how, type] of Object.entries(asTyped)) {
    for (const breaks of [BREAKS, BREAKS.replace(':', ''), ' \t\n']) {
      it(`is completed to the very name, whatever it is; typed with ${how}; breaks ${JSON.stringify(breaks)}`, () => {
        fc.assert(
          fc.property(fc.array(fc.tuple(name, fc.nat(12)), { minLength: 20, maxLength: 20 }), names => {
            const lines = names.map(([value, length]) => {
              const typed = type([...value].slice(0, length).join(''))
              return taken(`aws-vault exec ${typed}`, value, breaks)
            })
            assert.deepEqual(
              wordsOf(lines),
              names.map(([value]) => value),
            )
          }),
          { numRuns: 15 },
        )
      })
    }
  }

  it('offers what begins with the word alone', () => {
    const { words, print } = readBashLine('aws-vault exec "wo r', BREAKS)
    assert.deepEqual(words, ['exec', 'wo r'])
    const candidates = ['wo rk', 'wo', 'Wo rk'].map(value => ({ value }))
    assert.equal(print({ kind: 'values', candidates }), 'values\nrk\n'.replace('rk', 'wo rk'))
  })
  it('says what stands in front of a program', () => {
    const line = readBashLine("aws-vault exec 'big one' -- git 'ch", BREAKS)
    assert.equal(line.print({ kind: 'program', first: 3 }), "program\naws-vault exec 'big one' -- \n")
  })
  it('has nothing to say at the name of the command', () => {
    assert.deepEqual(readBashLine('aws-va', BREAKS).print({ kind: 'files' }), 'values\n')
  })
})
