import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { Contributions, loadPart } from './contributions.ts'
import { readInstalledParts } from './installed-parts.ts'
import type { Part } from './part.ts'
import { readDeclaration } from './read-declaration.ts'

const part = (overrides: Partial<Part> = {}): Part => ({
  kind: 'keyrings',
  name: 'file',
  packageName: '@aws-vault/keyring-file',
  packageVersion: '1.0.0',
  builtIn: true,
  declaration: { summary: 'files', module: './index.js' },
  load: async () => ({ default: { open: async () => {} } }),
  ...overrides,
})
const acme = part({ packageName: '@acme/plugin', builtIn: false })
const impostor = part({ builtIn: false })
const installed = (...parts: Part[]) => ({ parts, problems: [], haveHooks: false })
const refused =
  (code: string, ...words: RegExp[]) =>
  (error: unknown) => {
    assert.ok(isVaultError(error, code), String(error))
    for (const word of words) assert.match(`${error.message} ${error.hint}`, word)
    return true
  }

describe('which part is in force', () => {
  it('is the built-in one, whatever is installed', () => {
    assert.equal(
      new Contributions(installed(acme), {}, [part()]).part('keyrings', 'file').packageName,
      part().packageName,
    )
  })
  it('is the built-in one also when a package bears its name', () => {
    assert.ok(new Contributions(installed(impostor), {}, [part()]).part('keyrings', 'file').builtIn)
  })
  it('is the one that the user chose', () => {
    const choices = { keyrings: { file: '@acme/plugin' } }
    assert.equal(new Contributions(installed(acme), choices, [part()]).part('keyrings', 'file'), acme)
  })
  it('is the built-in one again when the user goes back', () => {
    const choices = { keyrings: { file: 'built-in' } }
    assert.ok(new Contributions(installed(impostor), choices, [part()]).part('keyrings', 'file').builtIn)
  })
  it('is the only one that there is', () => {
    const sqlite = part({ name: 'sqlite', builtIn: false })
    assert.equal(new Contributions(installed(sqlite), {}, []).part('keyrings', 'sqlite'), sqlite)
  })
  it('is not guessed between two', () => {
    const two = installed(acme, part({ packageName: 'other', builtIn: false }))
    assert.throws(
      () => new Contributions(two, {}, []).part('keyrings', 'file'),
      refused('ERR_PART_AMBIGUOUS', /@acme\/plugin and other/, /plugins use keyring file=@acme\/plugin/),
    )
  })
  it('never falls back to another one when the chosen one is gone', () => {
    const choices = { keyrings: { file: '@acme/gone' } }
    assert.throws(
      () => new Contributions(installed(), choices, [part()]).part('keyrings', 'file'),
      refused('ERR_PART_CHOICE', /@acme\/gone/, /plugins use keyring file=built-in/),
    )
  })
  it('is said to be none, with those that there are', () => {
    assert.throws(
      () => new Contributions(installed(), {}, [part()]).part('keyrings', 'fiel'),
      refused('ERR_PART_UNKNOWN', /keyring "fiel"/, /there are: file/),
    )
  })
})

describe('a declaration', () => {
  const declare = (awsVault: unknown) => readDeclaration({ name: '@acme/plugin', version: '2.1.0', awsVault })
  const good = { summary: 's', module: './index.js' }

  it('of a package that contributes nothing is none', () => {
    assert.equal(declare(undefined), undefined)
  })
  for (const [api, words] of [
    [2, /built for plugin API 2, this aws-vault speaks 1.*update aws-vault/],
    [0, /built for plugin API 0.*plugins update/],
    [undefined, /does not say its plugin API/],
  ] as const) {
    it(`for API ${api} is reported once and contributes nothing`, () => {
      const declared = declare({ api, contributes: { keyrings: { x: good } } })
      assert.equal(declared?.parts.length, 0)
      assert.equal(declared?.problems.length, 1)
      assert.match(`${declared?.problems[0]?.message} ${declared?.problems[0]?.hint}`, words)
    })
  }
  it('with a bad part keeps its good ones', () => {
    const declared = declare({ api: 1, contributes: { keyrings: { good, bad: { summary: 's' } } } })
    assert.deepEqual(
      declared?.parts.map(({ name }) => name),
      ['good'],
    )
    assert.match(declared?.problems[0]?.message ?? '', /@acme\/plugin.*keyrings\.bad" must have a "module"/)
  })
  for (const [what, entry, words] of [
    ['a module outside of its package', { ...good, module: '../index.js' }, /within its package/],
    ['a module by absolute path', { ...good, module: '/tmp/index.js' }, /within its package/],
    ['a secret with a flag', { ...good, options: { p: { summary: 's', secret: true, flag: 'x-pp' } } }, /process list/],
    [
      'an option of no type',
      { ...good, options: { p: { summary: 's', type: 'date' } } },
      /string, integer, boolean or path/,
    ],
    ['platforms that are no list', { ...good, platforms: 'linux' }, /\["linux", "darwin"\]/],
  ] as const) {
    it(`with ${what} is refused`, () => {
      const declared = declare({ api: 1, contributes: { keyrings: { x: entry } } })
      assert.equal(declared?.parts.length, 0)
      assert.match(declared?.problems[0]?.message ?? '', words)
    })
  }
  it('of an unknown kind says the known ones', () => {
    const declared = declare({ api: 1, contributes: { keystores: { x: good } } })
    assert.match(declared?.problems[0]?.message ?? '', /keyrings, providers, exposures, prompts/)
  })
})

describe('installed plugins', () => {
  const withData = (plugins: unknown, run: (data: string) => void): void => {
    const data = mkdtempSync(join(tmpdir(), 'aws-vault-data-'))
    try {
      if (plugins !== undefined) writeFileSync(join(data, 'package.json'), JSON.stringify({ oclif: { plugins } }))
      run(data)
    } finally {
      rmSync(data, { recursive: true })
    }
  }
  it('are none without a list', () => {
    withData(undefined, data =>
      assert.deepEqual(readInstalledParts(data), { parts: [], problems: [], haveHooks: false }),
    )
  })
  it('that are gone are named, and hurt nobody else', () => {
    withData([{ name: '@acme/gone', type: 'link', root: '/nowhere' }], data => {
      const { parts, problems } = readInstalledParts(data)
      assert.deepEqual(parts, [])
      assert.match(problems[0]?.message ?? '', /@acme\/gone is gone/)
    })
  })
  it('of both types are found, and their hooks noticed', () => {
    withData([{ name: 'one', type: 'user' }], data => {
      const folder = join(data, 'node_modules', 'one')
      mkdirSync(folder, { recursive: true })
      const awsVault = { api: 1, contributes: { prompts: { voice: { summary: 's', module: './v.js' } } } }
      writeFileSync(
        join(folder, 'package.json'),
        JSON.stringify({ name: 'one', version: '1.0.0', oclif: { hooks: {} }, awsVault }),
      )
      const { parts, haveHooks } = readInstalledParts(data)
      assert.deepEqual(
        parts.map(({ kind, name }) => [kind, name]),
        [['prompts', 'voice']],
      )
      assert.equal(haveHooks, true)
    })
  })
})

describe('loading a part', () => {
  it('gives its default export', async () => {
    assert.ok('open' in (await loadPart<object>(part())))
  })
  it('names the package whose module throws', async () => {
    const broken = part({
      builtIn: false,
      packageName: '@acme/plugin',
      load: () => Promise.reject(new Error('boom\nat x')),
    })
    await assert.rejects(
      loadPart(broken),
      refused('ERR_PART_BROKEN', /@acme\/plugin 1\.0\.0 cannot be loaded: boom(?!\n)/, /uninstall/),
    )
  })
  it('names the method that a default export lacks', async () => {
    await assert.rejects(
      loadPart(part({ load: async () => ({ default: {} }) })),
      refused('ERR_PART_BROKEN', /open\(\)/),
    )
  })
})
