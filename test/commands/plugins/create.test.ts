import assert from 'node:assert/strict'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Sandbox } from '../../support/sandbox.ts'

describe('plugins create', () => {
  test('makes one folder, with nothing left to fill in', async () => {
    using sandbox = new Sandbox()
    for (const kind of ['keyring', 'provider', 'exposure', 'prompt']) {
      const args = ['plugins', 'create', kind, 'my-2nd', '--scope', 'acme', '--folder', `deep/in/${kind}`, '--json']
      const made = JSON.parse((await sandbox.ok(args)).stdout)
      assert.deepEqual([made.folder, made.package], [sandbox.path(`deep/in/${kind}`), `@acme/aws-vault-${kind}-my-2nd`])
      assert.ok(made.files.includes('.gitignore') && made.files.includes('test/conformance.test.ts'))
      for (const file of made.files) assert.doesNotMatch(sandbox.read(`deep/in/${kind}/${file}`), /\{\{\w+\}\}/, file)
      const packageJson = JSON.parse(sandbox.read(`deep/in/${kind}/package.json`))
      assert.deepEqual(Object.keys(packageJson.awsVault.contributes), [`${kind}s`])
      await sandbox.ok(['plugins', 'link', sandbox.path(`deep/in/${kind}`)])
    }
    const { stdout } = await sandbox.ok(['plugins', 'parts'])
    assert.equal(stdout.match(/^\w+ +my-2nd +@acme/gm)?.length, 4)
  })

  test('touches nothing that is there', async () => {
    using sandbox = new Sandbox()
    sandbox.write('mine/package.json', 'mine')
    mkdirSync(sandbox.path('empty'))
    const file = sandbox.write('file', 'mine')
    for (const folder of ['mine', 'empty', 'file', 'file/below']) {
      const { stderr } = await sandbox.fails(['plugins', 'create', 'prompt', 'mine', '--folder', folder])
      assert.match(stderr, /(is there already|cannot be written: ENOTDIR.*)\n {2}hint: name another one by --folder$/m)
    }
    assert.deepEqual([sandbox.read('mine/package.json'), sandbox.read('file')], ['mine', 'mine'])
    assert.deepEqual([readdirSync(sandbox.path('mine')), readdirSync(sandbox.path('empty'))], [['package.json'], []])
    assert.ok(file)
  })

  test('a name that can be none is refused, and a near one offered', async () => {
    using sandbox = new Sandbox()
    for (const [name, near] of [
      ['My Store', 'my-store'],
      ['2nd-store', 'nd-store'],
      ['a--b', 'a-b'],
      ['../../etc/x', 'etc-x'],
    ] as const) {
      const { stderr } = await sandbox.fails(['plugins', 'create', 'keyring', '--', name])
      assert.match(stderr, new RegExp(`hint: aws-vault plugins create keyring ${near}$`, 'm'), name)
    }
    for (const name of ['x', '"', 'ä', 'x'.repeat(41)]) await sandbox.fails(['plugins', 'create', 'keyring', name])
    await sandbox.fails(['plugins', 'create', 'keyring', 'store', '--scope', '../x'])
    await sandbox.fails(['plugins', 'create', 'wallet', 'store'], 2)
    assert.deepEqual(
      readdirSync(sandbox.home).filter(name => name.includes('store')),
      [],
    )
  })

  test("a built-in part's name may be taken, and it is said that it must be chosen then", async () => {
    using sandbox = new Sandbox()
    const { stdout } = await sandbox.ok(['plugins', 'create', 'keyring', 'file', '--folder', "it's mine"])
    const expected = `  cd '${join("it'\\''s mine")}'\n  npm install\n  npm test\n  aws-vault plugins link .\n  aws-vault plugins use keyring file=aws-vault-keyring-file\n`
    assert.ok(stdout.endsWith(expected), stdout)
  })
})
