import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { likelyShell, shellLines } from './shell-lines.ts'

describe('lines for a shell', () => {
  const change = { set: { AWS_A: "it's" }, unset: ['AWS_B'] }
  it('are in its language', () => {
    assert.equal(shellLines('export-env', change), "unset AWS_B\nexport AWS_A='it'\\''s'")
    assert.equal(shellLines('fish', change), "set -e AWS_B\nset -gx AWS_A 'it\\'s'")
    assert.equal(
      shellLines('powershell', change),
      "Remove-Item Env:AWS_B -ErrorAction SilentlyContinue\n$Env:AWS_A = 'it''s'",
    )
  })
  it('nothing to do is no line', () => assert.equal(shellLines('fish', { set: {}, unset: [] }), ''))
  it('the shell is the one that SHELL names', () => {
    assert.equal(likelyShell({ SHELL: '/usr/bin/fish' }, 'linux'), 'fish')
    assert.equal(likelyShell({ SHELL: '/usr/bin/pwsh' }, 'linux'), 'powershell')
    assert.equal(likelyShell({ SHELL: '/bin/zsh' }, 'darwin'), 'export-env')
    assert.equal(likelyShell({}, 'linux'), 'export-env')
    assert.equal(likelyShell({}, 'win32'), 'powershell')
    assert.equal(likelyShell({ SHELL: 'C:\\msys\\usr\\bin\\bash.exe' }, 'win32'), 'export-env')
  })
})
