/** What docs/writing-a-plugin.md says is done here, with its blocks as they stand. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { KEYS } from '../support/sandbox.ts'
import { type Scene, setScene } from '../support/scene.ts'

const root = join(import.meta.dirname, '..', '..')
const document = readFileSync(join(root, 'docs', 'writing-a-plugin.md'), 'utf8')

/** The blocks of one language, in their order. */
const blocks = (language: string): string[] =>
  [...document.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text)

const [packageJson = ''] = blocks('json')
const [module = '', testModule = ''] = blocks('js')

describe('docs/writing-a-plugin.md', () => {
  let scene: Scene
  let folder: string

  before(async () => {
    scene = await setScene({ keys: [] })
    folder = scene.sandbox.path('aws-vault-keyring-sqlite')
    scene.sandbox.write('aws-vault-keyring-sqlite/package.json', packageJson)
    scene.sandbox.write('aws-vault-keyring-sqlite/index.js', module)
    scene.sandbox.write('aws-vault-keyring-sqlite/index.test.js', testModule)
    mkdirSync(join(folder, 'node_modules', '@aws-vault'), { recursive: true })
    symlinkSync(join(root, 'plugins', 'sdk'), join(folder, 'node_modules', '@aws-vault', 'plugin-sdk'))
  })

  after(() => scene[Symbol.asyncDispose]())

  test('the whole plugin has fewer than 60 lines', () => {
    const lines = [packageJson, module, testModule].flatMap(text => text.trimEnd().split('\n'))
    assert.ok(lines.length > 20 && lines.length < 60, `it has ${lines.length}`)
  })

  test('it passes the conformance suite', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap'], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: scene.sandbox.home, TMPDIR: scene.sandbox.home },
    })
    assert.match(stdout, /^# fail 0$/m)
    const passed = Number(/^# pass (\d+)$/m.exec(stdout)?.[1])
    assert.ok(passed >= 10, `only ${passed} tests ran`)
  })

  test('it is linked, and used for add, exec and list; its option is a flag', async () => {
    const { sandbox, aws } = scene
    await sandbox.ok(['plugins', 'link', folder])
    assert.match(
      (await sandbox.ok(['exec', '--help'])).stdout,
      /--sqlite-file=<path>\s+the file\s+\[AWS_VAULT_SQLITE_FILE\]/,
    )
    const env = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey }
    const { stdout } = await sandbox.ok(['add', 'work', '--env', '--backend', 'sqlite'], { env })
    assert.match(stdout, /in the sqlite keyring/)
    const accessKeyId = await sandbox.accessKeyIdUnder(['work', '--backend', 'sqlite'])
    assert.equal(accessKeyId, aws.calls[0]?.issued)
    assert.equal(await sandbox.accessKeyIdUnder(['--backend=sqlite', 'work']), accessKeyId)
    assert.match((await sandbox.ok(['list', '--backend', 'sqlite'])).stdout, /^work +work +sts\.GetSessionToken:59m$/m)
    assert.equal((await sandbox.ok(['list', '--credentials'])).stdout, '', 'the file keyring has nothing of it')
  })

  test('its option comes from the flag, the environment and the settings file', async () => {
    const { sandbox } = scene
    const env = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey }
    const add = ['add', 'work', '--env', '--backend', 'sqlite']
    await sandbox.ok([...add, '--sqlite-file', sandbox.path('flag.db')], { env })
    await sandbox.ok(add, { env: { ...env, AWS_VAULT_SQLITE_FILE: sandbox.path('env.db') } })
    sandbox.write('.config/aws-vault/settings.ini', 'backend = sqlite\nsqlite-file = ~/settings.db\n')
    await sandbox.ok(['add', 'work', '--env'], { env: { ...env, AWS_VAULT_BACKEND: undefined } })
    for (const file of ['flag.db', 'env.db', 'settings.db']) {
      assert.match(readFileSync(sandbox.path(file), 'latin1'), /^SQLite format/)
    }
  })
})
