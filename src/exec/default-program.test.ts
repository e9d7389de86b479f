import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultProgram } from './default-program.ts'

const cases: readonly [NodeJS.Platform, Record<string, string>, string][] = [
  ['linux', { SHELL: '/usr/bin/fish' }, '/usr/bin/fish'],
  ['linux', { SHELL: '' }, '/bin/sh'],
  ['darwin', {}, '/bin/sh'],
  ['win32', { ComSpec: 'C:\\Windows\\System32\\cmd.exe' }, 'C:\\Windows\\System32\\cmd.exe'],
  ['win32', { SHELL: '/usr/bin/bash' }, 'powershell.exe'],
]

for (const [platform, environment, expected] of cases) {
  test(`${platform} ${JSON.stringify(environment)}: ${expected}`, () => {
    assert.equal(defaultProgram({ platform, environment }), expected)
  })
}
