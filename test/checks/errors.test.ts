import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'

const root = join(import.meta.dirname, '..', '..')
const sources = globSync(['src/**/*.ts', 'plugins/*/src/**/*.ts'], { cwd: root }).filter(
  file => !file.endsWith('.test.ts'),
)
const used = new Set(
  sources.flatMap(file => {
    const code = readFileSync(join(root, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
    return [...code.matchAll(/'(ERR_[A-Z]+_?[A-Z_]*)'/g)].map(([, name]) => name)
  }),
)
// Codes of Node's and of the libraries' own.
const foreign = /^ERR_(?:MODULE|J|UNKNOWN|SQLITE|CRYPTO|TLS|SSL|INVALID)/
const documented = [...readFileSync(join(root, 'docs/errors.md'), 'utf8').matchAll(/^\| `(ERR_[A-Z_]+)` \|/gm)].map(
  ([, name]) => name,
)

it('every error code is documented, and every documented one exists', () => {
  assert.deepEqual([...used].filter(code => !foreign.test(code ?? '')).sort(), [...documented].sort())
})
