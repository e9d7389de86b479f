/** Completion where people meet it: real shells in a terminal, a Tab, and what the program is started with then. */
import assert from 'node:assert/strict'
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
  })
}
