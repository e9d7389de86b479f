/** The drivers that cannot run here: what they hand over, and where. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printable } from '@aws-vault/plugin-sdk'
import type { ProgramEnd } from '@aws-vault/plugin-sdk/program'
import { ODD_MESSAGES } from '@aws-vault/plugin-sdk/testkit'
import { decodeLines, encodeText } from '../src/assuan.ts'
import { SCRIPT as APPLESCRIPT, osascript } from '../src/osascript.ts'
import { SCRIPT as POWERSHELL_SCRIPT, powershell, QUESTION } from '../src/wincredui.ts'

const ended = (code: number | null, stdout = '', stderr = ''): ProgramEnd => ({
  code,
  timedOut: false,
  stdout: Buffer.from(stdout),
  stderr,
})
const windows = powershell('C:\\Windows')
const kinds = [{ secret: false }, { secret: true }, { secret: false, yesNo: true }] as const

for (const message of ODD_MESSAGES) {
  test(`osascript gets one constant script, and as an argument: ${printable(message)}`, () => {
    for (const kind of kinds) {
      const [option, script, ...data] = osascript.args({ message, ...kind })
      assert.equal(option, '-e')
      assert.equal(script, APPLESCRIPT)
      // Its first word of data is ours, so that no option is read behind it.
      assert.equal(data[0], 'aws-vault')
      assert.equal(data[2], printable(message))
      assert.equal(data.length, 3)
    }
  })

  test(`PowerShell gets one constant script, and in a variable: ${printable(message)}`, () => {
    for (const kind of kinds) {
      const request = { message, ...kind }
      const args = windows.args(request)
      assert.deepEqual(args.slice(0, -1), [
        '-NoLogo',
        '-NoProfile',
        '-Sta',
        '-WindowStyle',
        'Hidden',
        '-EncodedCommand',
      ])
      assert.equal(Buffer.from(args.at(-1) ?? '', 'base64').toString('utf16le'), POWERSHELL_SCRIPT)
      const question = JSON.parse(windows.environment?.(request)[QUESTION] ?? '')
      assert.equal(question.message, printable(message))
    }
  })

  test(`Assuan carries it in one line: ${printable(message)}`, () => {
    const line = encodeText(message)
    assert.doesNotMatch(line, /[\r\n]/)
    assert.equal(
      decodeLines(Buffer.from(`D ${line}\n`))
        .map(({ text }) => text)
        .join(''),
      message,
    )
  })
}

test('no script runs text: neither has a way to', () => {
  assert.doesNotMatch(APPLESCRIPT, /do shell script|run script|load script/)
  assert.doesNotMatch(POWERSHELL_SCRIPT, /Invoke-Expression|iex|Invoke-Command|&\s*\$|ScriptBlock|ExpandString/i)
})

test('what their ends mean', () => {
  const open = { message: 'x', secret: false }
  const yesNo = { message: 'x', secret: false, yesNo: true }
  assert.deepEqual(osascript.outcome(ended(0, '123\n'), open), { answer: '123' })
  assert.deepEqual(osascript.outcome(ended(0, 'Yes\n'), yesNo), { answer: 'yes' })
  assert.deepEqual(osascript.outcome(ended(0, 'No\n'), yesNo), { answer: 'no' })
  assert.equal(osascript.outcome(ended(1, '', 'execution error: User canceled. (-128)'), open), 'cancelled')
  assert.ok('unavailable' in Object(osascript.outcome(ended(1, '', 'no user interaction allowed (-1713)'), open)))
  assert.deepEqual(windows.outcome(ended(0, 'yes'), yesNo), { answer: 'yes' })
  assert.equal(windows.outcome(ended(3), open), 'cancelled')
  assert.ok('unavailable' in Object(windows.outcome(ended(1, '', 'is not recognized'), open)))
})
