/** What is packed, as it is: with its own Node, all packages and compiled code. Installed, used, updated, uninstalled. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { debianFile, writeDebianPackage } from '../../bin/pack/debian-package.ts'
import { writeReleaseTree } from '../../bin/pack/release-tree.ts'
import { BASE_DIR } from '../../bin/pack/server-layout.ts'
import { SHELLS } from '../../src/completion/scripts.ts'
import { missing } from '../support/needs.ts'
import { NpmRegistry, registryMissing } from '../support/npm-registry.ts'
import { ReleaseScene } from '../support/release-scene.ts'
import { KEYS, Sandbox } from '../support/sandbox.ts'

const root = join(import.meta.dirname, '..', '..')
const node = join(root, 'node_modules', 'node', 'bin', 'node')
const plugin = join(root, 'test', 'fixtures', 'plugins', 'keyring-directory')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
let scene: ReleaseScene
let tree = ''

before(async () => {
  scene = await ReleaseScene.start()
  tree = join(mkdtempSync(join(scene.directory, 'whole-')), BASE_DIR)
  writeReleaseTree(tree, { root, release: scene.release(version), node })
})
after(() => scene[Symbol.asyncDispose]())

/** Runs a program as a user would: nothing in the environment but what a login has. */
function run(sandbox: Sandbox, program: string, args: readonly string[], more: Record<string, string> = {}) {
  const env = { HOME: sandbox.home, PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', ...more }
  const { status, signal, stdout, stderr } = spawnSync(program, args, { env, cwd: sandbox.home, encoding: 'utf8' })
  return { status, signal, stdout, stderr }
}

function ok(sandbox: Sandbox, program: string, args: readonly string[], more: Record<string, string> = {}): string {
  const { status, stdout, stderr } = run(sandbox, program, args, more)
  assert.equal(status, 0, `${args.join(' ')}: ${stderr}`)
  return stdout
}

describe('from an empty home', () => {
  it('install, use a plugin of a registry, update, use it again, uninstall', { skip: registryMissing() }, async () => {
    using sandbox = new Sandbox()
    await using registry = await NpmRegistry.start()
    await registry.publish(plugin)
    sandbox.write('.npmrc', registry.settings)
    const library = sandbox.path('.local/lib')
    const program = sandbox.path('.local/bin/aws-vault')
    mkdirSync(library, { recursive: true })
    mkdirSync(sandbox.path('.local/bin'))
    // As docs/installing.md has it.
    ok(sandbox, 'sh', ['-c', `tar -C '${tree}/..' -cf - ${BASE_DIR} | tar -C '${library}' -xf -`])
    symlinkSync('../lib/aws-vault/bin/aws-vault', program)

    assert.match(ok(sandbox, program, ['--version']), new RegExp(`^aws-vault/${version} .* node-v24\\.`))
    assert.match(ok(sandbox, program, ['help']), /plugins {2}/)
    const installed = await started(sandbox, program, ['plugins', 'install', 'aws-vault-keyring-directory'])
    assert.equal(installed.code, 0, installed.stderr)
    assert.match(installed.stderr, /keyring "directory" of .* is there/)
    const keys = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey }
    const store = { AWS_VAULT_BACKEND: 'directory' }
    ok(sandbox, program, ['add', 'work', '--env'], { ...keys, ...store })
    const exec = ['exec', 'work', '--no-session', '--', 'sh', '-c', 'echo $AWS_ACCESS_KEY_ID']
    assert.equal(ok(sandbox, program, exec, store), `${KEYS.accessKeyId}\n`)

    await scene.offerWhole('9.0.0', ['stable'], root, node)
    const { stdout, stderr, code } = await started(sandbox, program, ['update'])
    assert.equal(code, 0, stderr)
    assert.match(stdout, /aws-vault 9\.0\.0 is in use from now on/)
    assert.match(ok(sandbox, program, ['--version']), /^aws-vault\/9\.0\.0 /)
    assert.equal(ok(sandbox, program, exec, store), `${KEYS.accessKeyId}\n`)
    assert.match(ok(sandbox, program, ['plugins']), /directory/)

    ok(sandbox, program, ['plugins', 'uninstall', 'aws-vault-keyring-directory'])
    assert.match(run(sandbox, program, exec, store).stderr, /there is no keyring "directory"/)
    assert.deepEqual(globSync('plugins/**', { cwd: sandbox.path('.local/share/aws-vault') }), [])

    // Uninstalling, as docs/installing.md has it; what is left is the user's own.
    for (const path of ['.local/lib/aws-vault', '.local/bin/aws-vault']) rmSync(sandbox.path(path), { recursive: true })
    for (const path of ['.local/share/aws-vault', '.cache/aws-vault', '.config/aws-vault']) {
      rmSync(sandbox.path(path), { recursive: true, force: true })
    }
    const left = readdirSync(sandbox.home, { recursive: true, encoding: 'utf8' })
    assert.deepEqual(left.filter(path => statSync(sandbox.path(path)).isFile()).filter(isNotTheUsers), [])
  })
})

it('has what commands print and copy: completion scripts, and what new plugins are made from', () => {
  using sandbox = new Sandbox()
  const program = join(tree, 'bin', 'aws-vault')
  for (const shell of SHELLS) assert.match(ok(sandbox, program, ['completion', shell]), /aws-vault complete/)
  for (const kind of ['keyring', 'provider', 'exposure', 'prompt']) {
    assert.match(ok(sandbox, program, ['plugins', 'create', kind, 'my-own', '--folder', `new-${kind}`]), /npm test/)
  }
})

/** Keys and AWS's config are what the tool is for: they stay. So do npm's settings, and npm's cache, which is of all its users. */
const isNotTheUsers = (path: string): boolean => !/^(?:plain\/|\.aws\/|\.npm\/|\.npmrc$)/.test(path)

/** Runs a program while our own server answers it. */
async function started(sandbox: Sandbox, program: string, args: readonly string[]) {
  const child = spawn(program, args, { env: { HOME: sandbox.home, PATH: '/usr/bin:/bin' }, cwd: sandbox.home })
  const [stdout, stderr, code] = await Promise.all([
    child.stdout.setEncoding('utf8').toArray(),
    child.stderr.setEncoding('utf8').toArray(),
    new Promise<number | null>(resolve => child.on('exit', resolve)),
  ])
  return { stdout: stdout.join(''), stderr: stderr.join(''), code }
}

describe('the launcher', () => {
  it('starts no other program where it knows its place, and finds it through any links', () => {
    using sandbox = new Sandbox()
    const lib = sandbox.path('p/lib')
    mkdirSync(lib, { recursive: true })
    mkdirSync(sandbox.path('p/bin'))
    mkdirSync(sandbox.path('odd place'))
    symlinkSync(tree, join(lib, 'aws-vault'))
    symlinkSync('../lib/aws-vault/bin/aws-vault', sandbox.path('p/bin/aws-vault'))
    symlinkSync('../p/bin/aws-vault', sandbox.path('odd place/vault'))
    const nothing = { PATH: '/nonexistent' }
    for (const program of [join(tree, 'bin', 'aws-vault'), sandbox.path('p/bin/aws-vault')]) {
      assert.match(ok(sandbox, program, ['--version'], nothing), /^aws-vault\//)
    }
    assert.match(ok(sandbox, sandbox.path('odd place/vault'), ['--version']), /^aws-vault\//)
  })
  it('leaves the environment as it is, and hands on exit codes and signals', () => {
    using sandbox = new Sandbox()
    const program = join(tree, 'bin', 'aws-vault')
    const env = {
      version: '7',
      root: 'mine',
      base: 'x',
      data: 'y',
      AWS_VAULT_BACKEND: 'file',
      AWS_VAULT_FILE_PASSPHRASE: 'p',
    }
    const keys = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey }
    ok(sandbox, program, ['add', 'work', '--env'], { ...env, ...keys, AWS_VAULT_FILE_AGENT: 'false' })
    const exec = (script: string) =>
      run(sandbox, program, ['exec', 'work', '--no-session', '--file-work-factor', '8192', '--', 'sh', '-c', script], {
        ...env,
        AWS_VAULT_FILE_AGENT: 'false',
      })
    assert.equal(exec('echo $version $root $base $data; env | grep -i aws_vault_root').stdout, '7 mine x y\n')
    assert.equal(exec('exit 42').status, 42)
    assert.equal(exec('kill -TERM $$').signal, 'SIGTERM')
  })
  it('runs where nothing can be written, by its own compiled code', () => {
    using sandbox = new Sandbox()
    for (const words of [['--version'], ['list'], ['exec', '--help'], ['version']]) {
      assert.equal(run(sandbox, join(tree, 'bin', 'aws-vault'), words).status, 0)
      assert.deepEqual(readdirSync(sandbox.home), [], `nothing was written by ${words.join(' ')}`)
    }
    const kept = readdirSync(join(tree, 'compiled')).filter(name => name.endsWith(process.arch))
    assert.deepEqual(kept.map(name => name.split('-')[0]).sort(), ['exec', 'export', 'list', 'other', 'version'])
  })
})

describe('what is packed', () => {
  it('is what is needed, and no more', () => {
    const top = [
      'CHANGELOG.md',
      'LICENSE',
      'NODE-LICENSE.txt',
      'bin',
      'compiled',
      'completions',
      'dist',
      'node_modules',
      'templates',
    ]
    assert.deepEqual(readdirSync(tree).sort(), [...top, 'oclif.manifest.json', 'package.json', 'release.json'].sort())
    assert.deepEqual(readdirSync(join(tree, 'bin')).sort(), ['aws-vault', 'base', 'node', 'run.js', 'start'])
    for (const file of ['dist/metadata-proxy.cjs', 'dist/THIRD-PARTY-LICENSES.txt', 'dist/vendor/client-sts.cjs']) {
      assert.ok(existsSync(join(tree, file)), file)
    }
    const keytar = 'node_modules/keytar/build/Release/keytar.node'
    assert.equal(existsSync(join(tree, keytar)), existsSync(join(root, keytar)))
    const unwanted = globSync('node_modules/{typescript,esbuild,@types,@biomejs,prebuild-install}', { cwd: tree })
    assert.deepEqual([...unwanted, ...globSync('node_modules/**/*.d.ts', { cwd: tree })], [])
  })
})

describe('the Debian package', { skip: missing('dpkg-deb') }, () => {
  it('installs, runs, and leaves nothing', () => {
    using sandbox = new Sandbox()
    const release = scene.release(version, { origin: 'deb' })
    const forDebian = join(mkdtempSync(join(scene.directory, 'deb-')), 'tree')
    writeReleaseTree(forDebian, { root, release, node, withCompiledCode: false })
    const file = join(scene.directory, debianFile(release))
    writeDebianPackage(forDebian, mkdtempSync(join(scene.directory, 'deb-')), file, release, ['-Zgzip', '-z1'])
    const system = sandbox.path('system')
    mkdirSync(join(system, 'var/lib/dpkg/info'), { recursive: true })
    for (const list of ['status', 'available']) sandbox.write(`system/var/lib/dpkg/${list}`, '')
    const dpkg = (...args: string[]) =>
      ok(
        sandbox,
        'dpkg',
        [`--root=${system}`, '--force-script-chrootless', '--force-depends', '--force-not-root', ...args],
        {
          PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
        },
      )
    dpkg('--install', file)
    const program = join(system, 'usr/bin/aws-vault')
    assert.match(ok(sandbox, program, ['--version']), new RegExp(`^aws-vault/${version} `))
    assert.match(run(sandbox, program, ['update']).stderr, /apt install/)
    dpkg('--purge', 'aws-vault')
    assert.deepEqual(
      globSync('usr/**/*', { cwd: system }).filter(path => path.includes('aws-vault')),
      [],
    )
  })
})
