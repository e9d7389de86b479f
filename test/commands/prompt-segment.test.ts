/** A few characters for the prompt of a shell: by the command, and by the shell alone as the documentation has it. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { gone, setServerScene } from '../servers/support/own-servers.ts'
import { RUN, Sandbox } from '../support/sandbox.ts'

const text = readFileSync(join(import.meta.dirname, '../../docs/servers.md'), 'utf8')

/** The function in the documentation. */
const documented =
  /^```bash\n(aws_vault_segment[\s\S]*?)^```/m.exec(text)?.[1] ?? assert.fail('docs/servers.md has none')
const inTime = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z/, 'Z')

describe('prompt-segment', () => {
  test('names profile and time left, and is nothing outside of exec', async () => {
    using box = new Sandbox()
    const segment = async (env: Record<string, string>): Promise<string> => {
      const { stdout, stderr } = await box.ok(['prompt-segment'], { env })
      assert.equal(stderr, '')
      assert.equal((await box.ok(['prompt-segment', '--debug'], { env })).stdout, stdout, 'the way of other commands')
      return stdout
    }
    assert.equal(await segment({}), '')
    assert.equal(await segment({ AWS_VAULT: 'work', AWS_CREDENTIAL_EXPIRATION: inTime(42 * 60 + 30) }), 'work 42m\n')
    assert.equal(await segment({ AWS_VAULT: 'work', AWS_CREDENTIAL_EXPIRATION: inTime(-1) }), 'work expired\n')
    assert.equal(await segment({ AWS_VAULT: 'work' }), 'work\n')
    assert.match((await box.ok(['prompt-segment', '--help'])).stdout, /prompt of a shell/)
  })

  test('loads one small file of ours, and nothing of Node that talks, spawns or asks', () => {
    using box = new Sandbox()
    const witness = box.write(
      'witness.cjs',
      `const before = new Set(process.moduleLoadList)
process.on('exit', () => console.error(JSON.stringify({ files: Object.keys(require.cache), builtins: process.moduleLoadList.filter(name => !before.has(name)) })))`,
    )
    const env = { ...box.env, NODE_OPTIONS: `--require ${witness}`, AWS_VAULT: 'work' }
    const { stdout, stderr } = spawnSync(process.execPath, [RUN, 'prompt-segment'], { env, encoding: 'utf8' })
    assert.equal(stdout, 'work\n')
    const { files, builtins } = JSON.parse(stderr) as { files: string[]; builtins: string[] }
    assert.deepEqual(
      files.filter(file => file !== witness).map(file => file.replace(/.*\/dist\//, 'dist/')),
      ['dist/segment.cjs'],
    )
    const forbidden =
      /^NativeModule (?:net|tty|http|https|dns|child_process|crypto|readline|fs\/promises|sqlite|worker_threads)$/
    assert.deepEqual(
      builtins.filter(name => forbidden.test(name)),
      [],
    )
  })

  test('with a server that was started without a child: the profile, and whether the server is still there', async () => {
    await using scene = await setServerScene()
    const { pid, environment } = await scene.startDetached(['work'])
    assert.equal((await scene.sandbox.ok(['prompt-segment'], { env: environment })).stdout, 'work\n')
    process.kill(pid, 'SIGKILL')
    await gone(pid)
    assert.equal((await scene.sandbox.ok(['prompt-segment'], { env: environment })).stdout, 'work gone\n')
  })

  test('knows a server whose state is among the temporary files, since nothing else would do', async () => {
    await using scene = await setServerScene()
    const env = { AWS_VAULT_CACHE_DIR: scene.sandbox.path('c'.repeat(100)), TMPDIR: scene.sandbox.path('t') }
    scene.sandbox.write('t/README', '')
    const { pid, environment } = await scene.startDetached(['work'], { env })
    assert.ok(existsSync(scene.sandbox.path(`t/aws-vault-${process.getuid?.()}`)))
    const segment = async () => (await scene.sandbox.ok(['prompt-segment'], { env: { ...env, ...environment } })).stdout
    assert.equal(await segment(), 'work\n')
    process.kill(pid, 'SIGKILL')
    await gone(pid)
    assert.equal(await segment(), 'work gone\n')
  })

  test('prints nothing rather than an error, whatever stands in its way', async () => {
    using box = new Sandbox()
    const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/', TMPDIR: box.home }
    box.write('.cache/aws-vault/run/server-aaaaaaaaaaaa.json', 'not json')
    const quiet = { code: 0, signal: null, stdout: '', stderr: '' }
    assert.deepEqual(await box.run(['prompt-segment'], { env }), quiet)
    // What Node itself says when the user has no home: nobody looks at the error of a prompt.
    const witness = box.write('broken.cjs', `require('node:os').homedir = () => { throw new Error('no home') }`)
    const broken = { ...env, HOME: undefined, NODE_OPTIONS: `--require ${witness}` }
    assert.deepEqual(await box.run(['prompt-segment'], { env: broken }), quiet)
  })

  for (const [shell, args, setUp] of [
    ['bash', ['--norc', '--noprofile', '-c'], ''],
    ['zsh', ['-f', '-c'], 'zmodload zsh/datetime\n'],
  ] as const) {
    test(`the documented function for ${shell} says the same, and starts no process`, () => {
      // Without a PATH, nothing else can run.
      for (const seconds of [42 * 60 + 30, 2 * 3600 + 330, 3600 + 20, 30, -5, 86_400 * 4 + 30, 86_400 * 40 + 30]) {
        const env = { PATH: '/nonexistent', AWS_VAULT: 'work', AWS_CREDENTIAL_EXPIRATION: inTime(seconds), HOME: '/' }
        const words = [...args, `${setUp}${documented}\naws_vault_segment`]
        const own = spawnSync(process.execPath, [RUN, 'prompt-segment'], { env, encoding: 'utf8' })
        const { stdout, stderr } = spawnSync(`/usr/bin/${shell}`, words, { env, encoding: 'utf8' })
        // Time goes on between the two.
        const near = (said: string): string => said.replace(/\b\d+s/, 'Ns')
        assert.deepEqual([near(stdout.trim()), stderr], [near(own.stdout.trim()), ''])
      }
      const none = spawnSync(`/usr/bin/${shell}`, [...args, `${setUp}${documented}\naws_vault_segment`], {
        env: {},
        encoding: 'utf8',
      })
      assert.equal(none.stdout.trim() + none.stderr, '')
    })
  }
})
