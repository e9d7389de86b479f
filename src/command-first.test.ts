import assert from 'node:assert/strict'
import { it } from 'node:test'
import { commandFirst } from './command-first.ts'

const isCommand = (word: string): boolean => ['exec', 'list'].includes(word)
const ordered = (line: string): string => commandFirst(line.split(' '), isCommand).join(' ')

it('puts the command in front of its flags', () => {
  assert.equal(ordered('--debug exec work -- ls'), 'exec --debug work -- ls')
  assert.equal(ordered('--backend file --debug exec work ls -la'), 'exec --backend file --debug work ls -la')
  assert.equal(ordered('--backend=file list'), 'list --backend=file')
  assert.equal(ordered('--backend exec list'), 'list --backend exec')
})

it('leaves all else as it is', () => {
  for (const line of [
    'exec --debug work',
    '--help',
    '--help exec',
    '--version',
    '-V',
    '--debug',
    '--debug nothing',
    '',
  ]) {
    assert.equal(ordered(line), line)
  }
  assert.deepEqual(commandFirst([], isCommand), [])
  assert.equal(ordered('-- exec'), '-- exec')
})
