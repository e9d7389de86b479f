/** The pages that are made from the program are fresh, and leave nothing out. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { allCommands, referencePages } from '../../bin/generate-reference.ts'
import { withoutVariable } from '../../bin/reference/commands-page.ts'
import { SPECIAL_EXIT_CODES } from '../../bin/reference/exit-codes.ts'
import { PROFILE_KEYS } from '../../bin/reference/profile-keys.ts'
import { INTERNAL_VARIABLES, READ_VARIABLES, SET_VARIABLES } from '../../bin/reference/variables.ts'

const root = join(import.meta.dirname, '..', '..')
const pages = referencePages()
const sources = globSync(['src/**/*.ts', 'plugins/*/src/**/*.ts', 'bin/run.js'], { cwd: root })
  .filter(file => !/\.test\.ts$|testkit|generated/.test(file))
  .map(file => readFileSync(join(root, file), 'utf8'))

/** What a pattern's first group finds in the sources. */
const named = (pattern: RegExp): string[] =>
  [...new Set(sources.flatMap(text => [...text.matchAll(pattern)].map(([, name = '']) => name)))].sort()

describe('the reference', () => {
  for (const [file, text] of Object.entries(pages)) {
    it(`${file} is fresh (npm run build)`, () => assert.equal(readFileSync(join(root, file), 'utf8'), text))
  }

  it('has every command that is not hidden, with its flags', () => {
    const page = pages['docs/commands.md'] ?? ''
    const shown = allCommands().filter(({ hidden }) => !hidden)
    assert.ok(shown.length > 25, String(shown.length))
    for (const { id, flags } of shown) {
      assert.ok(page.includes(`\n## ${id.replaceAll(':', ' ')}\n`), id)
      for (const { name, hidden } of Object.values(flags)) {
        assert.ok(hidden || new RegExp(`--(\\[no-\\])?${name}[\` ]`).test(page), `${id} --${name}`)
      }
    }
  })

  it('knows no exit code of a command that is gone', () => {
    const ids = new Set(allCommands().map(({ id }) => id))
    assert.deepEqual(
      Object.keys(SPECIAL_EXIT_CODES).filter(id => !ids.has(id)),
      [],
    )
  })

  it('takes a variable from the end of a summary only', () => {
    assert.deepEqual(withoutVariable('a [B_C]'), { text: 'a', variable: 'B_C' })
    assert.deepEqual(withoutVariable('a [b] c'), { text: 'a [b] c', variable: undefined })
  })

  it('has every environment variable that the sources read', () => {
    const page = pages['docs/settings.md'] ?? ''
    const read = new Set([
      ...named(/\b(?:environment|env)\.(AWS_[A-Z0-9_]+)/g),
      ...named(/\b(?:text|seconds|variable = )\(?'(AWS_[A-Z0-9_]+)'/g),
      ...named(/\b(AWS_VAULT_[A-Z0-9_]*[A-Z0-9])\b/g),
    ])
    assert.ok(read.size > 25, [...read].join(' '))
    const missing = [...read].filter(name => !INTERNAL_VARIABLES.has(name) && !page.includes(`\`${name}\``))
    assert.deepEqual(missing, [])
  })

  it('has no environment variable that the sources do not know', () => {
    const all = sources.join('\n')
    const gone = Object.keys({ ...READ_VARIABLES, ...SET_VARIABLES }).filter(
      // oclif reads these three by the program's name.
      name => !all.includes(name) && !/^AWS_VAULT_(?:CONFIG|DATA|CACHE)_DIR$/.test(name),
    )
    assert.deepEqual(gone, [])
  })

  it('has every key of a profile that the sources read', () => {
    const read = named(/(?:\.get\(|[sS]etting\([a-z., ]*)'([a-z]+_[a-z_]+)'/g)
    assert.ok(read.length > 12, read.join(' '))
    assert.deepEqual(
      // Keys that lie open are looked for by doctor, and used by nobody.
      read.filter(name => !name.startsWith('aws_') && !Object.hasOwn(PROFILE_KEYS, name)),
      [],
    )
  })
})
