import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { SurveyedPart } from '../../../src/contributions/survey-parts.ts'
import { Sandbox } from '../../support/sandbox.ts'

const fixtures = join(import.meta.dirname, '..', '..', 'fixtures', 'plugins')

async function surveyed(sandbox: Sandbox, args: readonly string[] = []): Promise<readonly SurveyedPart[]> {
  return JSON.parse((await sandbox.ok(['plugins', 'parts', '--json', ...args])).stdout)
}

const named = (parts: readonly SurveyedPart[], kind: string, name: string): SurveyedPart[] =>
  parts.filter(part => part.kind === kind && part.name === name)

describe('plugins parts', () => {
  test('lists every built-in part, with who contributes it and its options', async () => {
    using sandbox = new Sandbox()
    const parts = await surveyed(sandbox)
    assert.deepEqual([...new Set(parts.map(({ kind }) => kind))], ['keyring', 'provider', 'exposure', 'prompt'])
    const [file] = named(parts, 'keyring', 'file')
    assert.ok(file)
    const { options, summary, version, ...rest } = file
    assert.deepEqual(rest, {
      ...{ kind: 'keyring', name: 'file', package: '@aws-vault/keyring-file' },
      ...{ builtIn: true, inForce: true, works: true },
    })
    assert.ok(summary.length > 0 && version.length > 0)
    assert.deepEqual(options.map(({ name, flag, env, secret }) => [name, flag, env, secret]).slice(0, 2), [
      ['dir', 'file-dir', 'AWS_VAULT_FILE_DIR', undefined],
      ['passphrase', undefined, 'AWS_VAULT_FILE_PASSPHRASE', true],
    ])
    const { stdout } = await sandbox.ok(['plugins', 'parts'])
    assert.match(stdout, /^Kind +Name +Package +In force +Works +Options\n=/)
    assert.match(stdout, /^keyring +file +built-in +yes +yes +--file-dir, AWS_VAULT_FILE_PASSPHRASE/m)
  })

  test('of two parts by one name, says which is in force, and leaves the code of the other alone', async () => {
    using sandbox = new Sandbox()
    await sandbox.ok(['plugins', 'link', join(fixtures, 'exposure-shout')])
    const [ours, theirs] = named(await surveyed(sandbox), 'exposure', 'env')
    assert.deepEqual([ours?.inForce, theirs?.inForce, theirs?.works], [true, false, null])
    assert.match(theirs?.reason ?? '', /plugins use exposure env=aws-vault-exposure-shout/)
    await sandbox.ok(['plugins', 'use', 'exposure', 'env=aws-vault-exposure-shout'])
    const [, chosen] = named(await surveyed(sandbox), 'exposure', 'env')
    assert.deepEqual([chosen?.inForce, chosen?.works, chosen?.version], [true, true, '1.2.3'])
  })

  test('says of parts that are broken why they are', async () => {
    using sandbox = new Sandbox()
    await sandbox.ok(['plugins', 'link', join(fixtures, 'keyring-broken')])
    const parts = await surveyed(sandbox)
    assert.match(named(parts, 'keyring', 'broken')[0]?.reason ?? '', /cannot be loaded: no daemon by that name/)
    assert.equal(named(parts, 'keyring', 'empty')[0]?.works, false)
    assert.match((await sandbox.ok(['plugins', 'parts'])).stdout, /^keyring +broken +\S+ 1\.0\.0 +yes +no /m)
  })

  test('a keyring that gives no answer is said to give none, and keeps nobody', async () => {
    using sandbox = new Sandbox()
    await sandbox.ok(['plugins', 'link', join(fixtures, 'keyring-directory')])
    const [directory] = named(await surveyed(sandbox, ['--directory-fault', 'hang']), 'keyring', 'directory')
    assert.deepEqual([directory?.works, directory?.reason], [false, 'it gave no answer within 3 s'])
    assert.equal(named(await surveyed(sandbox), 'keyring', 'directory')[0]?.works, true)
  })

  test('a keyring that does not work here says why', async () => {
    using sandbox = new Sandbox()
    const [file] = named(await surveyed(sandbox, ['--file-dir', sandbox.write('x', '')]), 'keyring', 'file')
    assert.match(file?.reason ?? '', /is not a directory/)
  })
})

for (const [what, body, reason] of [
  ['throws no error', 'throw null', /^null$/],
  ['ends its process', 'process.exit(0)', /ended its process/],
  ['never returns', 'for (;;) {}', /no answer within/],
] as const) {
  test(`one plugin that ${what} harms no other row`, async () => {
    using sandbox = new Sandbox()
    const contributes = { keyrings: { bad: { summary: 'a bad one', module: './index.js' } } }
    const awsVault = { api: 1, contributes }
    const manifest = { name: 'aws-vault-keyring-bad', version: '1.0.0', type: 'module', oclif: {}, awsVault }
    sandbox.write('bad/package.json', JSON.stringify(manifest))
    sandbox.write('bad/index.js', `export default { async available() { ${body} }, async open() {} }`)
    await sandbox.ok(['plugins', 'link', sandbox.path('bad')])
    const { stdout } = await sandbox.ok(['plugins', 'parts', '--json'])
    const parts = JSON.parse(stdout) as { name: string; works: boolean; reason?: string }[]
    const bad = parts.find(({ name }) => name === 'bad')
    assert.equal(bad?.works, false)
    assert.match(bad?.reason ?? '', reason)
    assert.equal(parts.find(({ name }) => name === 'file')?.works, true)
  })
}
