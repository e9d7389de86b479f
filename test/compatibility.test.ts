/**
 * Plugins that were compiled when the SDK was 1.0.0, as they are installed somewhere: with that very copy of the SDK in them
 * (`first-bundled`), or with the SDK of today beside them (`first`). They have to work for as long as there is an SDK 1; their files are never changed.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { KEYS } from './support/sandbox.ts'
import { setScene } from './support/scene.ts'

const root = join(import.meta.dirname, '..')
const plugins = join(root, 'test', 'fixtures', 'plugins', 'built-for-1.0')
const aliceKeys = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey }

async function setPluginScene(kind: string, keys: readonly string[] = ['work']) {
  const scene = await setScene({ keys })
  await scene.sandbox.ok(['plugins', 'link', join(plugins, kind)])
  return scene
}

for (const name of ['first', 'first-bundled']) {
  describe(`a plugin built for SDK 1.0.0: ${name}`, () => {
    test('keyring', async () => {
      await using scene = await setPluginScene('keyring', [])
      const { sandbox, aws } = scene
      const env = { AWS_VAULT_BACKEND: name }
      await sandbox.ok(['add', 'work', '--env'], { env: { ...env, ...aliceKeys } })
      assert.equal(await sandbox.accessKeyIdUnder(['work'], { env }), aws.calls[0]?.issued)
      assert.match((await sandbox.ok(['list'], { env })).stdout, /^work +work +sts\.GetSessionToken:59m$/m)
      await sandbox.ok(['migrate', '--from', name, '--to', 'file'])
      assert.equal(await sandbox.accessKeyIdUnder(['work', '-n']), KEYS.accessKeyId)
      await sandbox.ok(['remove', 'work', '-f'], { env })
      const lost = await sandbox.fails(['list'], 1, { env: { ...env, [`AWS_VAULT_${upper(name)}_DIR`]: '/dev/null' } })
      assert.match(
        lost.stderr,
        /cannot list the items in \/dev\/null[\s\S]*hint: /,
        'an error of its copy of the SDK is ours',
      )
    })

    test('provider', async () => {
      await using scene = await setPluginScene('provider', [])
      const { sandbox } = scene
      const session = { accessKeyId: 'ASIAI44QH8DHBEXAMPLE', secretAccessKey: 'y'.repeat(40), sessionToken: 'token' }
      sandbox.write('session.json', JSON.stringify({ ...session, expiration: '2100-01-01T00:00:00Z' }))
      const key = `${upper(name).toLowerCase()}_file`
      sandbox.config(`[profile work]\n${key} = ~/session.json\n[profile gone]\n${key} = ~/absent.json\n`)
      assert.equal(await sandbox.accessKeyIdUnder(['work']), session.accessKeyId)
      const { stderr } = await sandbox.fails(['exec', 'gone', 'true'])
      assert.match(stderr, /absent\.json cannot be read \(ENOENT\)\n {2}hint: look at/)
    })

    test('exposure', async () => {
      await using scene = await setPluginScene('exposure')
      const { sandbox, aws } = scene
      const script = `fetch(process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI,
        { headers: { Authorization: process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN } })
        .then(answer => answer.json()).then(({ AccessKeyId }) => console.log(AccessKeyId))`
      const { stdout } = await sandbox.ok(['exec', 'work', '--expose', name, '--', process.execPath, '-e', script])
      assert.equal(stdout.trim(), aws.calls[0]?.issued)
    })

    test('prompt', async () => {
      await using scene = await setPluginScene('prompt')
      const { sandbox } = scene
      const ask = (text: string) => sandbox.script('ask', `#!/bin/sh\n${text}\n`)
      const args = ['remove', 'work', '--prompt', name, `--${name}-program`, sandbox.path('ask')]
      ask('exit 1')
      assert.equal((await sandbox.run(args)).code, 130, 'a refusal of its copy of the SDK is one for us')
      ask('cat > asked; echo yes')
      assert.match((await sandbox.ok(args)).stdout, /^Removed/m)
    })
  })
}

const upper = (name: string): string => name.toUpperCase().replaceAll('-', '_')

test('what was written against the types of SDK 1.0.0 compiles against those that are published', async () => {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  await promisify(execFile)(process.execPath, [tsc, '-p', plugins]).catch(({ stdout }) => assert.fail(stdout))
})

test('these plugins are as they were', () => {
  const files = globSync('**/*.{js,ts,json}', { cwd: plugins }).sort()
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(plugins, file)))
  assert.equal(
    hash.digest('hex'),
    'b782eb82e76ee0a6016749dced51752c2e70ebf1229a1cdcc1c57116368a2329',
    'yesterday cannot be changed: add a folder for another version instead',
  )
})
