/** What others rely on, as committed lists: a renamed flag or export is a visible change. `UPDATE_SNAPSHOTS=1` writes them anew. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { COMMANDS } from '../../src/oclif.ts'

const root = join(import.meta.dirname, '..', '..')

function same(name: string, value: unknown): void {
  const file = join(root, 'test', 'snapshots', `${name}.json`)
  const text = `${JSON.stringify(value, null, 2)}\n`
  if (process.env.UPDATE_SNAPSHOTS === '1') writeFileSync(file, text)
  assert.equal(text, readFileSync(file, 'utf8'))
}

it('commands, their arguments, flags and aliases', () => {
  const commands = Object.entries(COMMANDS).map(([id, { aliases, args, flags, baseFlags, enableJsonFlag }]) => {
    const all = Object.entries({ ...baseFlags, ...flags }).map(([flag, { char }]) =>
      char ? `-${char}, --${flag}` : `--${flag}`,
    )
    return [
      id,
      { aliases, arguments: Object.keys(args), flags: [...all, ...(enableJsonFlag ? ['--json'] : [])].sort() },
    ]
  })
  same('commands', Object.fromEntries(commands))
})

it("the SDK's exports", () => {
  const exported = (file: string): string[] => {
    const text = readFileSync(join(root, 'plugins/sdk/src', file), 'utf8')
    const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, names = '']) => names.split(','))
    const own = [...text.matchAll(/^export (?:async )?(?:function|const|class|interface|type) (\w+)/gm)].map(
      ([, name]) => name,
    )
    return [...lists, ...own]
      .map(name => name?.trim().replace(/^type /, '') ?? '')
      .filter(Boolean)
      .sort()
  }
  same('sdk-exports', {
    '.': exported('index.ts'),
    './aws': exported('aws.ts'),
    './command': exported('command.ts'),
    './dbus': exported('dbus.ts'),
    './program': exported('program.ts'),
    './redirect': exported('redirect.ts'),
    './sts': exported('sts.ts'),
    './testkit': exported('testkit/index.ts'),
  })
})
