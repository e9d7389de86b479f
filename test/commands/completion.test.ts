import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { SHELLS } from '../../src/completion/scripts.ts'
import { missing } from '../support/needs.ts'
import { Sandbox } from '../support/sandbox.ts'
import { Terminal } from '../support/terminal.ts'

const directory = join(import.meta.dirname, '..', '..', 'completions')
const files = { bash: 'aws-vault.bash', zsh: '_aws-vault', fish: 'aws-vault.fish', powershell: 'aws-vault.ps1' }

describe('completion', () => {
  for (const shell of SHELLS) {
    it(`prints the script for ${shell}, and in a terminal how to install it`, async () => {
      using box = new Sandbox()
      const script = readFileSync(join(directory, files[shell]), 'utf8')
      const { stdout, stderr } = await box.ok(['completion', shell])
      assert.deepEqual([stdout, stderr], [script, ''])
      using terminal = new Terminal(box, ['completion', shell])
      const { screen } = await terminal.ended
      assert.match(screen, new RegExp(`(?:Put|Do) [\\s\\S]*aws-vault completion ${shell}`))
    })
  }

  it('takes the shell of SHELL if none is named, and says so when there is none', async () => {
    using box = new Sandbox()
    assert.match((await box.ok(['completion'], { env: { SHELL: '/usr/bin/fish' } })).stdout, /complete -c aws-vault/)
    const { stderr } = await box.fails(['completion'], 2, { env: { SHELL: '/bin/tcsh' } })
    assert.match(stderr, /no completion for tcsh[\s\S]*aws-vault completion bash\|zsh\|fish\|powershell/)
    await box.fails(['completion', 'tcsh'], 2)
  })

  it('has a script for bash that shellcheck has nothing against', { skip: missing('shellcheck') }, () => {
    const { stdout } = spawnSync('shellcheck', ['--shell=bash', join(directory, files.bash)], { encoding: 'utf8' })
    assert.equal(stdout, '')
  })

  it('has nothing in the script for bash that bash 3.2, as on macOS, does not know', () => {
    const text = readFileSync(join(directory, files.bash), 'utf8').replaceAll(/^ *#.*$/gm, '')
    for (const newer of [
      /\bmapfile\b/,
      /\breadarray\b/,
      /\bdeclare -A\b/,
      /\blocal -n\b/,
      /\$\{\w+(?:\[[^\]]*\])?(?:\^|,,|@[A-Za-z])/,
      /&>>/,
      /\|&/,
      /;;&/,
      /;&/,
      /\[\[ -v /,
      /\$\{\w+: -\d/,
    ]) {
      assert.doesNotMatch(text, newer)
    }
    // compopt came with version 4.
    for (const line of text.split('\n').filter(line => line.includes('compopt'))) {
      const isGuarded = /BASH_VERSINFO/.test(line) || /2>\/dev\/null$/.test(line)
      assert.ok(isGuarded, line)
    }
  })

  it('has a script for PowerShell that hands over words, and gives the console back as it was', () => {
    const text = readFileSync(join(directory, files.powershell), 'utf8')
    assert.match(text, /Register-ArgumentCompleter -Native -CommandName 'aws-vault'/)
    assert.match(text, /& aws-vault complete powershell \$encoded 2>\$null/)
    assert.match(text, /finally \{\s+\[Console\]::OutputEncoding = \$encoding/)
    // Windows PowerShell reads files without a byte order mark in another encoding.
    assert.doesNotMatch(text, /[\u0080-\uffff]/)
    for (const [open, close] of ['{}', '()', '[]']) {
      assert.equal(text.split(open as string).length, text.split(close as string).length, `${open} and ${close}`)
    }
  })
})
