import assert from 'node:assert/strict'
import { test } from 'node:test'
import { splitCommandLine } from './split-command-line.ts'

const flags = {
  duration: { type: 'option', char: 'd' },
  region: { type: 'option' },
  'no-session': { type: 'boolean', char: 'n' },
  debug: { type: 'boolean' },
} as const

const rows: [line: string, own: string, program: string][] = [
  ['work', 'work', ''],
  ['work -- ls -la', 'work', 'ls -la'],
  ['work ls -la', 'work', 'ls -la'],
  ['work echo x -n', 'work', 'echo x -n'],
  ['work -n echo x', 'work -n', 'echo x'],
  ['-n work echo', '-n work', 'echo'],
  ['-d 1h work ls', '-d 1h work', 'ls'],
  ['-d1h work ls', '-d1h work', 'ls'],
  ['-nd 1h work ls', '-nd 1h work', 'ls'],
  ['-dn work ls', '-dn work', 'ls'],
  ['--duration 1h work ls', '--duration 1h work', 'ls'],
  ['--duration=1h work ls', '--duration=1h work', 'ls'],
  ['--region eu-west-1 --debug work terraform --help', '--region eu-west-1 --debug work', 'terraform --help'],
  ['work --help', 'work --help', ''],
  ['work ls -- -la', 'work', 'ls -- -la'],
  ['work -- -- x', 'work', '-- x'],
  ['work - x', 'work', '- x'],
  ['', '', ''],
]

for (const [line, own, program] of rows) {
  test(`exec ${line}`, () => {
    const words = (text: string): string[] => text.split(' ').filter(Boolean)
    assert.deepEqual(splitCommandLine(words(line), flags), { own: words(own), program: words(program) })
  })
}
