import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NpmRegistry } from '../support/npm-registry.ts'
import { generations, publishSmall, setRegistryScene } from './registry-world.ts'

export function interruptedTests(theRegistry: () => NpmRegistry): void {
  for (const signal of ['SIGKILL', 'SIGINT'] as const) {
    test(`an update that ends by ${signal} leaves the plugin as it was; the next one goes through`, async () => {
      await using scene = await setRegistryScene(theRegistry())
      const { sandbox } = scene
      const plugin = { name: `aws-vault-keyring-hit-by-${signal.toLowerCase()}`, keyring: 'hit' }
      await publishSmall(theRegistry(), plugin)
      await sandbox.ok(['plugins', 'install', plugin.name])
      await publishSmall(theRegistry(), { ...plugin, version: '1.1.0' })
      const asked = Promise.withResolvers<void>()
      theRegistry().fate = path => {
        if (!path.endsWith('-1.1.0.tgz')) return 'pass'
        asked.resolve()
        return 'hang'
      }
      try {
        const update = sandbox.start(['plugins', 'update'])
        await Promise.race([asked.promise, update.ended])
        await sandbox.ok(['list', '--backend', 'hit'])
        await update.kill(signal)
        assert.equal((await sandbox.ok(['list', '--backend', 'hit'])).stderr, '')
        assert.match((await sandbox.ok(['plugins'])).stdout, /1\.0\.0/)
      } finally {
        theRegistry().fate = () => 'pass'
      }
      await sandbox.ok(['plugins', 'update'])
      assert.match((await sandbox.ok(['plugins'])).stdout, /1\.1\.0/)
      await sandbox.ok(['list', '--backend', 'hit'])
      await sandbox.ok(['plugins', 'update'])
      assert.ok(generations(scene).length <= 2, `${generations(scene)}`)
    })
  }

  test('a first install that is killed leaves nothing in force', async () => {
    await using scene = await setRegistryScene(theRegistry())
    const { sandbox } = scene
    const asked = Promise.withResolvers<void>()
    theRegistry().fate = path => {
      if (!path.includes('sqlite') || !path.endsWith('.tgz')) return 'pass'
      asked.resolve()
      return 'hang'
    }
    const install = sandbox.start(['plugins', 'install', 'aws-vault-keyring-sqlite'])
    await Promise.race([asked.promise, install.ended])
    await install.kill('SIGKILL')
    theRegistry().fate = () => 'pass'
    assert.equal((await sandbox.ok(['exec', 'work', 'true'])).stderr, '')
    assert.match((await sandbox.ok(['plugins'])).stdout, /no plugins installed/i)
    await sandbox.ok(['plugins', 'install', 'aws-vault-keyring-sqlite'])
    assert.equal(generations(scene).length, 1)
  })

  test('of installs at the same time, all count', async () => {
    await using scene = await setRegistryScene(theRegistry())
    const { sandbox } = scene
    const names = ['one', 'two', 'three'].map(name => `aws-vault-keyring-at-once-${name}`)
    for (const name of names)
      await publishSmall(theRegistry(), { name, keyring: name.slice('aws-vault-keyring-'.length) })
    const installs = names.map(name => sandbox.ok(['plugins', 'install', name]))
    const uses = names.map(() => sandbox.ok(['exec', 'work', 'true']))
    await Promise.all([...installs, ...uses])
    const { stdout } = await sandbox.ok(['plugins'])
    for (const name of names) {
      assert.ok(stdout.includes(`${name} 1.0.0`), stdout)
      await sandbox.ok(['list', '--backend', name.slice('aws-vault-keyring-'.length)])
    }
  })
}
