import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Broker, SESSION, TOKEN } from '../../docs/examples/provider-broker/test/broker.ts'
import type { NpmRegistry } from '../support/npm-registry.ts'
import { KEYS, PASSPHRASE } from '../support/sandbox.ts'
import { pluginFiles, publishSmall, setRegistryScene } from './registry-world.ts'

const aliceKeys = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey }

export function installedTests(theRegistry: () => NpmRegistry): void {
  test('the sample keyring: install, exec, parts, uninstall; nothing is left', async () => {
    await using scene = await setRegistryScene(theRegistry(), [])
    const { sandbox, aws } = scene
    assert.deepEqual(pluginFiles(scene), [])
    const { stderr } = await sandbox.ok(['plugins', 'install', 'aws-vault-keyring-sqlite'])
    assert.match(stderr, /^aws-vault: keyring "sqlite" of aws-vault-keyring-sqlite 1\.0\.0 is there$/m)
    const env = { AWS_VAULT_BACKEND: 'sqlite', AWS_VAULT_SQLITE_PASSPHRASE: PASSPHRASE }
    await sandbox.ok(['add', 'work', '--env'], { env: { ...env, ...aliceKeys } })
    assert.equal(await sandbox.accessKeyIdUnder(['work'], { env }), aws.calls[0]?.issued)
    assert.match(
      (await sandbox.ok(['plugins', 'parts'])).stdout,
      /^keyring +sqlite +aws-vault-keyring-sqlite 1\.0\.0 +yes +yes/m,
    )
    assert.equal((await sandbox.ok(['plugins'])).stdout, 'aws-vault-keyring-sqlite 1.0.0\n')
    assert.match((await sandbox.ok(['exec', '--help'])).stdout, /--sqlite-file=<path>/)
    await sandbox.ok(['plugins', 'uninstall', 'aws-vault-keyring-sqlite'])
    assert.deepEqual(pluginFiles(scene), [])
    const { stderr: gone } = await sandbox.fails(['exec', 'work', 'true'], 1, { env })
    assert.match(gone, /there is no keyring "sqlite"/)
    await sandbox.ok(['list', '--backend', 'file'])
  })

  test('the sample provider: a profile that names a broker gets its credentials from it', async () => {
    await using broker = await Broker.start()
    await using scene = await setRegistryScene(theRegistry(), [])
    const { sandbox } = scene
    sandbox.config(`[profile billing]\nbroker_url = ${broker.url}/ok\nbroker_role = reader\n`)
    await sandbox.ok(['plugins', 'install', 'aws-vault-provider-broker'])
    const program = await sandbox.environmentUnder(['billing'], { env: { AWS_VAULT_BROKER_TOKEN: TOKEN } })
    assert.deepEqual([program.AWS_ACCESS_KEY_ID, program.AWS_VAULT_BROKER_TOKEN], [SESSION.accessKeyId, undefined])
    assert.equal(await sandbox.accessKeyIdUnder(['billing']), SESSION.accessKeyId, 'it is cached')
  })

  test('an update brings the new version, says so, and leaves other plugins alone', async () => {
    await using scene = await setRegistryScene(theRegistry())
    const { sandbox } = scene
    await publishSmall(theRegistry(), { name: 'aws-vault-keyring-growing', keyring: 'growing' })
    await sandbox.ok(['plugins', 'install', 'aws-vault-keyring-growing'])
    await sandbox.ok(['plugins', 'install', 'aws-vault-keyring-sqlite'])
    await sandbox.ok(['list', '--backend', 'growing'])
    await publishSmall(theRegistry(), { name: 'aws-vault-keyring-growing', keyring: 'growing', version: '1.1.0' })
    const { stderr } = await sandbox.ok(['plugins', 'update'])
    assert.match(stderr, /^aws-vault: keyring "growing" of aws-vault-keyring-growing 1\.1\.0, which was 1\.0\.0$/m)
    assert.doesNotMatch(stderr, /sqlite/)
    await sandbox.ok(['list', '--backend', 'growing'])
    await sandbox.ok(['plugins', 'uninstall', 'aws-vault-keyring-growing'])
    assert.deepEqual(
      pluginFiles(scene).filter(path => path.includes('growing')),
      [],
    )
    const { stdout } = await sandbox.ok(['plugins', 'parts'])
    assert.match(stdout, /sqlite/)
    assert.doesNotMatch(stdout, /growing/)
  })

  test('a version that is asked for is kept until another one is', async () => {
    await using scene = await setRegistryScene(theRegistry())
    const { sandbox } = scene
    const plugin = { name: 'aws-vault-keyring-pinned', keyring: 'pinned' }
    await publishSmall(theRegistry(), plugin)
    await publishSmall(theRegistry(), { ...plugin, version: '1.1.0' })
    await sandbox.ok(['plugins', 'install', 'aws-vault-keyring-pinned@1.0.0'])
    await sandbox.ok(['plugins', 'update'])
    assert.match((await sandbox.ok(['plugins'])).stdout, /pinned 1\.0\.0/)
  })

  test('a part that has the name of a built-in one waits until it is chosen, whatever its package is called', async () => {
    await using scene = await setRegistryScene(theRegistry())
    const { sandbox } = scene
    const thief = {
      name: '@aws-vault/keyring-file',
      version: '99.0.0',
      keyring: 'file',
      module: 'throw new Error("imported")',
    }
    await publishSmall(theRegistry(), thief)
    const { stderr } = await sandbox.ok(['plugins', 'install', '@aws-vault/keyring-file'])
    assert.match(
      stderr,
      /the name means the built-in one until you choose: aws-vault plugins use keyring file=@aws-vault\/keyring-file$/m,
    )
    await sandbox.ok(['exec', 'work', 'true'])
    await sandbox.ok(['plugins', 'use', 'keyring', 'file=@aws-vault/keyring-file'])
    assert.match((await sandbox.fails(['exec', '-n', 'work', 'true'])).stderr, /cannot be loaded: imported/)
    await sandbox.ok(['plugins', 'use', 'keyring', 'file=built-in'])
    await sandbox.ok(['exec', 'work', 'true'])
    await sandbox.ok(['plugins', 'uninstall', '@aws-vault/keyring-file'])
    assert.deepEqual(pluginFiles(scene), [])
  })

  test('a folder is linked and let go of; it stays as it is', async () => {
    await using scene = await setRegistryScene(theRegistry())
    const { sandbox } = scene
    const from = join(theRegistry().directory, 'small', 'aws-vault-keyring-linked-1-0-0')
    await publishSmall(theRegistry(), { name: 'aws-vault-keyring-linked', keyring: 'linked' })
    const folder = from.replace(/1-0-0$/, '1.0.0')
    const before = readFileSync(join(folder, 'index.js'), 'utf8')
    await sandbox.ok(['plugins', 'install', 'aws-vault-keyring-sqlite'])
    await sandbox.ok(['plugins', 'link', folder])
    await sandbox.ok(['list', '--backend', 'linked'])
    await sandbox.ok(['plugins', 'unlink', 'aws-vault-keyring-linked'])
    assert.match((await sandbox.fails(['list', '--backend', 'linked'])).stderr, /there is no keyring "linked"/)
    assert.equal(readFileSync(join(folder, 'index.js'), 'utf8'), before)
    await sandbox.ok(['plugins', 'reset'])
    assert.deepEqual(pluginFiles(scene), [])
  })

  test('scripts of packages see no secret of ours', async () => {
    await using scene = await setRegistryScene(theRegistry())
    const { sandbox } = scene
    const seen = sandbox.path('seen')
    const script = `node -e "require('fs').writeFileSync('${seen}', JSON.stringify(process.env))"`
    await publishSmall(theRegistry(), { name: 'aws-vault-keyring-nosy', more: { scripts: { install: script } } })
    await sandbox.ok(['plugins', 'install', 'aws-vault-keyring-nosy'], { env: aliceKeys })
    const text = sandbox.read('seen')
    assert.ok(text.includes('HOME'))
    for (const secret of [PASSPHRASE, KEYS.secretAccessKey]) assert.ok(!text.includes(secret))
  })
}
