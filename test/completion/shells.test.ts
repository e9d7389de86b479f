/** Completion where people meet it: real shells in a terminal, a Tab, and what the program is started with then. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { missing } from '../support/needs.ts'
import { Sandbox } from '../support/sandbox.ts'
import { ShellSession, type TestedShell } from '../support/shell-session.ts'

/** Names that a shell could make something else of, each with letters that no other one begins with. */
const NAMES: Readonly<Record<string, string>> = {
  wo: 'wo rk  and play',
  it: `it's "quoted"`,
  cash: 'cash $HOME $(touch pwned) `touch pwned`',
  back: 'back\\slash\\',
  über: 'über/größe 日本',
  co: 'co:lon:x',
  eq: 'eq=ual@at',
  hi: 'hi!st!x',
  pa: 'pa(ren)&x;|<y>',
  gl: 'gl*ob?[x]{a,b}',
  ti: 'ti~lde^%#x',
}

const CONFIG = Object.values(NAMES)
  .map(name => `[profile ${name}]\nregion = eu-west-1\n`)
  .join('')

for (const shell of ['bash', 'zsh', 'fish'] as const satisfies TestedShell[]) {
  describe(`${shell}, at Tab`, { skip: missing(`/usr/bin/${shell}`) }, () => {
    const box = (): Sandbox => {
      const box = new Sandbox()
      box.config(CONFIG)
      return box
    }

    for (const [typed, name] of Object.entries(NAMES)) {
      it(`completes ${typed} to precisely ${name}`, async () => {
        using home = box()
        using session = new ShellSession(home, shell)
        assert.deepEqual(await session.argumentsAfter(`aws-vault exec ${typed}\t-- x`), ['exec', name, '--', 'x'])
        assert.throws(() => home.read('pwned'), { code: 'ENOENT' })
      })
    }

    it('offers the profiles at aws-vault exec, and says what they are where the shell can', async () => {
      using home = new Sandbox()
      home.config(
        '[profile alpha]\nrole_arn = arn:aws:iam::111122223333:role/Admin\n[profile beta b]\n[profile gamma]\n',
      )
      using session = new ShellSession(home, shell)
      const role = shell === 'bash' ? '' : '[^\n]*role Admin in 111122223333'
      await session.type('aws-vault exec \t\t', new RegExp(`alpha${role}[\\s\\S]*beta[\\s\\S]*gamma`))
    })

    it('completes a name with a space so that exec then runs with that profile', async () => {
      using home = new Sandbox()
      await home.add('wo rk it')
      using session = new ShellSession(home, shell, '', { isReal: true })
      await session.type('aws-vault exec --no-session wo\tprintenv AWS_VAULT\r', /wo rk it\r/)
    })

    it('says nothing and offers nothing when the config cannot be read', async () => {
      using home = box()
      home.env.AWS_CONFIG_FILE = home.home
      using session = new ShellSession(home, shell)
      assert.deepEqual(await session.argumentsAfter('aws-vault exec wo\tX'), ['exec', 'woX'])
    })

    it('says nothing and offers nothing when aws-vault is gone', async () => {
      using home = box()
      home.script('bin/gone', '#!/bin/sh\nrm "$HOME/bin/aws-vault"; echo "ARGS[]END"\n')
      using session = new ShellSession(home, shell)
      await session.argumentsAfter('gone')
      const [line] = await session.type('aws-vault exec wo\tX; echo AR""GS[]END\r', /[\s\S]*?\n[\s\S]*ARGS\[\]END/)
      // Once for the command itself.
      assert.equal(line.split(/command not found|Unknown command/).length, 2, line)
    })
  })
}

/** Where a script lies that the shell reads at the first Tab, and what the shell has to be told. */
const PLACES: Readonly<Record<TestedShell, readonly [script: string, target: string, more: string]>> = {
  bash: [
    'aws-vault.bash',
    '.local/share/bash-completion/completions/aws-vault',
    '. /usr/share/bash-completion/bash_completion\n',
  ],
  zsh: ['_aws-vault', '.zsh/completions/_aws-vault', 'fpath=(~/.zsh/completions $fpath); compinit -u -D\n'],
  fish: ['aws-vault.fish', '.config/fish/completions/aws-vault.fish', ''],
}

for (const shell of ['bash', 'zsh', 'fish'] as const) {
  it(`${shell} reads the script from a file, too`, async () => {
    const [script, target, more] = PLACES[shell]
    using home = new Sandbox()
    home.config('[profile work it]\n')
    home.write(target, readFileSync(join(import.meta.dirname, '..', '..', 'completions', script)))
    using session = new ShellSession(home, shell, more, { isInstalled: true })
    const line = 'aws-vault exec wo\t--no-se\t'
    assert.deepEqual(await session.argumentsAfter(line), ['exec', 'work it', '--no-session'])
  })
}
