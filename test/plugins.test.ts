/** Plugins that are broken hurt only those who ask for their parts. */
import assert from 'node:assert/strict'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setScene } from './support/scene.ts'

const fixtures = join(import.meta.dirname, 'fixtures', 'plugins')

test('a plugin for another version of our interfaces is named once, and everything else works', async () => {
  await using scene = await setScene()
  const { sandbox } = scene
  await sandbox.ok(['plugins', 'link', join(fixtures, 'keyring-of-tomorrow')])
  const told =
    /^aws-vault: plugin aws-vault-keyring-of-tomorrow 9\.0\.0 is built for plugin API 2, .* \(update aws-vault\)$/gm
  for (const args of [['list'], ['exec', 'work', 'true'], ['export', 'work'], ['clear'], ['remove', 'work', '-f']]) {
    const { stderr } = await sandbox.ok(args)
    assert.equal(stderr.match(told)?.length, 1, `${args}: ${stderr}`)
  }
  const { stderr } = await sandbox.fails(['list', '--backend', 'tomorrow'])
  assert.match(stderr, /there is no keyring "tomorrow"/)
})

test('a plugin that throws when it is imported is imported by nobody but those who want it', async () => {
  await using scene = await setScene()
  const { sandbox } = scene
  await sandbox.ok(['plugins', 'link', join(fixtures, 'keyring-broken')])
  const { stderr } = await sandbox.ok(['exec', 'work', 'true'])
  assert.match(
    stderr,
    /^aws-vault: plugin aws-vault-keyring-broken: .*Bad Name.*plugins uninstall aws-vault-keyring-broken\)$/m,
  )
  assert.equal(stderr.split('\n').length, 2)
  const broken = await sandbox.fails(['list', '--backend', 'broken'])
  assert.match(
    broken.stderr,
    /keyring "broken" of aws-vault-keyring-broken 1\.0\.0 cannot be loaded: no daemon by that name\n {2}hint: .*plugins uninstall aws-vault-keyring-broken/,
  )
  const empty = await sandbox.fails(['list', '--backend', 'empty'])
  assert.match(
    empty.stderr,
    /keyring "empty" of aws-vault-keyring-broken 1\.0\.0 has no default export with a method open/,
  )
})

test('a broken keyring does not keep the best one that works from being found', async () => {
  await using scene = await setScene({ keys: [] })
  const { sandbox } = scene
  await sandbox.ok(['plugins', 'link', join(fixtures, 'keyring-broken')])
  await sandbox.ok(['list'], { env: { AWS_VAULT_BACKEND: undefined } })
})

test('a plugin whose folder is gone is named once, with what to do, and everything else works', async () => {
  await using scene = await setScene()
  const { sandbox } = scene
  const folder = sandbox.path('shout')
  cpSync(join(fixtures, 'exposure-shout'), folder, { recursive: true })
  await sandbox.ok(['plugins', 'link', folder])
  rmSync(folder, { recursive: true })
  const told = /^aws-vault: plugin aws-vault-exposure-shout is gone \(.*\/shout\) \(aws-vault plugins uninstall .*\)$/gm
  const { stderr } = await sandbox.ok(['exec', 'work', 'true'])
  assert.equal(stderr.match(told)?.length, 1, stderr)
  await sandbox.ok(['plugins', 'uninstall', 'aws-vault-exposure-shout'])
  assert.equal((await sandbox.ok(['exec', 'work', 'true'])).stderr, '')
})

test('a list of plugins that cannot be read is named, and everything else works', async () => {
  await using scene = await setScene()
  const { sandbox } = scene
  sandbox.write('.local/share/aws-vault/package.json', '{"oclif": {"plugins": [')
  const { stderr } = await sandbox.ok(['exec', 'work', 'true'])
  assert.match(stderr, /^aws-vault: the list of installed plugins, .*package\.json, cannot be read/m)
})
