import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NpmRegistry } from '../support/npm-registry.ts'
import { pluginFiles, publishSmall, setRegistryScene } from './registry-world.ts'

export function changeTests(theRegistry: () => NpmRegistry): void {
  test('a package that is not there is named, with what to do; nothing is left of the attempt', async () => {
    await using scene = await setRegistryScene(theRegistry())
    const { sandbox } = scene
    const { stderr } = await sandbox.fails(['plugins', 'install', 'aws-vault-keyring-absent'])
    assert.match(
      stderr,
      /^aws-vault: plugins install did nothing: aws-vault-keyring-absent does not exist in the registry$/m,
    )
    assert.match(stderr, /^ {2}hint: your plugins are as they were\. .*npm ping/m)
    assert.deepEqual(pluginFiles(scene), [])
  })

  test('a plugin of another version of our interfaces does not come in, and by an update it replaces none', async () => {
    await using scene = await setRegistryScene(theRegistry())
    const { sandbox } = scene
    const plugin = { name: 'aws-vault-keyring-futuristic', keyring: 'futuristic' }
    await publishSmall(theRegistry(), plugin)
    await sandbox.ok(['plugins', 'install', plugin.name])
    await publishSmall(theRegistry(), { ...plugin, version: '2.0.0', api: 2 })
    const said =
      /futuristic 2\.0\.0 is built for plugin API 2, this aws-vault speaks 1; your plugins are as they were\n {2}hint: update aws-vault; or name the version/
    assert.match((await sandbox.fails(['plugins', 'update'])).stderr, said)
    assert.match((await sandbox.fails(['plugins', 'install', plugin.name])).stderr, said)
    assert.equal((await sandbox.ok(['list', '--backend', 'futuristic'])).stderr, '')
    assert.match((await sandbox.ok(['plugins'])).stdout, /futuristic 1\.0\.0/)
    await sandbox.ok(['plugins', 'install', `${plugin.name}@1.0.0`])
  })

  test('a package that is no plugin does not come in, and takes none away', async () => {
    await using scene = await setRegistryScene(theRegistry())
    const { sandbox } = scene
    await sandbox.ok(['plugins', 'install', 'aws-vault-keyring-sqlite'])
    await sandbox.fails(['plugins', 'install', 'hpagent'])
    assert.equal((await sandbox.ok(['plugins'])).stdout, 'aws-vault-keyring-sqlite 1.0.0\n')
  })

  test('a plugin that cannot be loaded hurts those who ask for it, and is replaced by its next version', async () => {
    await using scene = await setRegistryScene(theRegistry())
    const { sandbox } = scene
    const plugin = { name: 'aws-vault-keyring-cracked', keyring: 'cracked' }
    await publishSmall(theRegistry(), { ...plugin, module: 'throw new Error("no daemon")' })
    await sandbox.ok(['plugins', 'install', plugin.name])
    await sandbox.ok(['exec', 'work', 'true'])
    const { stderr } = await sandbox.fails(['list', '--backend', 'cracked'])
    assert.match(
      stderr,
      /cannot be loaded: no daemon\n {2}hint: update the plugin, or go back: aws-vault plugins uninstall/,
    )
    await publishSmall(theRegistry(), { ...plugin, version: '1.0.1' })
    await sandbox.ok(['plugins', 'update'])
    await sandbox.ok(['list', '--backend', 'cracked'])
  })

  for (const [when, gone] of [
    ['at once', () => true],
    ['before the tarball', (path: string) => path.endsWith('.tgz')],
  ] as const) {
    test(`a registry that goes away ${when} leaves what is installed at work`, async () => {
      await using scene = await setRegistryScene(theRegistry())
      const { sandbox } = scene
      // It shall give up soon.
      sandbox.write('.npmrc', `${theRegistry().settings}fetch-retries=0\n`)
      const plugin = { name: `aws-vault-keyring-fleeting-${when.replaceAll(' ', '-')}`, keyring: 'fleeting' }
      await publishSmall(theRegistry(), plugin)
      await sandbox.ok(['plugins', 'install', plugin.name])
      await publishSmall(theRegistry(), { ...plugin, version: '1.1.0' })
      // npm would take what it remembers of a registry that is gone.
      sandbox.write('.npmrc', `${theRegistry().settings}fetch-retries=0\ncache=${sandbox.path('.npm-anew')}\n`)
      const before = pluginFiles(scene).length
      theRegistry().fate = path => (gone(path) ? 'cut' : 'pass')
      try {
        for (const args of [['update'], ['install', plugin.name]]) {
          const { stderr } = await sandbox.fails(['plugins', ...args])
          assert.match(
            stderr,
            /^aws-vault: plugins (update|install) did nothing: .+\n {2}hint: your plugins are as they were\. /m,
          )
          await sandbox.ok(['list', '--backend', 'fleeting'])
        }
        await sandbox.ok(['exec', 'work', 'true'])
      } finally {
        theRegistry().fate = () => 'pass'
      }
      assert.equal(pluginFiles(scene).length, before, 'nothing was left behind')
      await sandbox.ok(['plugins', 'update'])
      assert.match((await sandbox.ok(['plugins'])).stdout, /1\.1\.0/)
    })
  }

  test('without a registry, plugins are still let go of', async () => {
    await using scene = await setRegistryScene(theRegistry())
    const { sandbox } = scene
    await sandbox.ok(['plugins', 'install', 'aws-vault-keyring-sqlite'])
    theRegistry().fate = () => 'cut'
    try {
      await sandbox.ok(['plugins', 'uninstall', 'aws-vault-keyring-sqlite'])
    } finally {
      theRegistry().fate = () => 'pass'
    }
    assert.deepEqual(pluginFiles(scene), [])
  })
}
