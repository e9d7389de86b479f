import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { NpmRegistry } from '../support/npm-registry.ts'
import { KEYS } from '../support/sandbox.ts'
import type { Scene } from '../support/scene.ts'
import { installAndTest, pluginFiles, setRegistryScene } from './registry-world.ts'

const aliceKeys = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey }

/** What each new plugin is good for at once. */
const uses: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  async keyring({ sandbox, aws }) {
    const env = { AWS_VAULT_BACKEND: 'my-store' }
    const { stderr } = await sandbox.ok(['add', 'work', '--env'], { env: { ...env, ...aliceKeys } })
    assert.match(stderr, /stores secrets unencrypted/)
    assert.equal(await sandbox.accessKeyIdUnder(['work'], { env }), aws.calls.at(-1)?.issued)
    readFileSync(sandbox.path('.awsvault/my-store/work'))
  },
  async provider({ sandbox }) {
    const session = { accessKeyId: 'ASIAI44QH8DHBEXAMPLE', secretAccessKey: 'x'.repeat(40), sessionToken: 'token' }
    sandbox.write('session.json', JSON.stringify({ ...session, expiration: '2100-01-01T00:00:00Z' }))
    sandbox.config('[profile work]\nmy_store_file = ~/session.json\n')
    assert.equal(await sandbox.accessKeyIdUnder(['work']), session.accessKeyId)
  },
  async exposure({ sandbox, aws }) {
    await sandbox.add('work')
    const { MY_STORE_CREDENTIALS = '' } = await sandbox.environmentUnder(['work', '--expose', 'my-store'])
    assert.equal(JSON.parse(MY_STORE_CREDENTIALS).accessKeyId, aws.calls.at(-1)?.issued)
  },
  async prompt({ sandbox }) {
    await sandbox.add('work')
    const program = sandbox.script('ask', '#!/bin/sh\ncat > asked\necho yes\n')
    const { stdout } = await sandbox.ok(['remove', 'work', '--prompt', 'my-store', '--my-store-program', program])
    assert.match(stdout, /^Removed the credentials of profile "work"\.$/m)
    assert.match(sandbox.read('asked'), /work/)
  },
}

export function createdTests(theRegistry: () => NpmRegistry): void {
  for (const [kind, use] of Object.entries(uses)) {
    test(`a new ${kind} passes its own tests as it is, is linked, and works`, async () => {
      await using scene = await setRegistryScene(theRegistry(), [])
      const { sandbox } = scene
      const { stdout } = await sandbox.ok(['plugins', 'create', kind, 'my-store'])
      const [first, ...next] = stdout.trimEnd().split('\n')
      assert.equal(first, `Made aws-vault-${kind}-my-store, the package aws-vault-${kind}-my-store. What to type next:`)
      const steps = [`cd aws-vault-${kind}-my-store`, 'npm install', 'npm test', 'aws-vault plugins link .']
      assert.deepEqual(
        next.map(line => line.trim()),
        steps,
      )
      const folder = sandbox.path(`aws-vault-${kind}-my-store`)
      const report = await installAndTest(theRegistry(), folder)
      assert.match(report, /^\S? ?(# )?fail 0$/m)
      assert.ok(Number(/\bpass (\d+)$/m.exec(report)?.[1]) >= 8, report.slice(-500))
      const linked = await sandbox.ok(['plugins', 'link', '.'], { cwd: folder })
      assert.match(
        linked.stderr,
        new RegExp(`^aws-vault: ${kind} "my-store" of aws-vault-${kind}-my-store 0\\.1\\.0 is there$`, 'm'),
      )
      await use(scene)
      await sandbox.ok(['plugins', 'unlink', `aws-vault-${kind}-my-store`])
      assert.deepEqual(pluginFiles(scene), [])
    })
  }
}
