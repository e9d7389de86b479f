/** `npm install --global` of what `npm pack` makes, from a registry on loopback. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { LoopbackRegistry } from '../support/loopback-registry.ts'
import { missing } from '../support/needs.ts'
import { Sandbox } from '../support/sandbox.ts'

const root = join(import.meta.dirname, '..', '..')
/** The system's npm, not the one among our dependencies. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
): Promise<string> {
  const child = spawn(program, args, { cwd, env: { PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr, code] = await Promise.all([
    child.stdout.setEncoding('utf8').toArray(),
    child.stderr.setEncoding('utf8').toArray(),
    new Promise<number | null>(resolve => child.on('close', resolve)),
  ])
  assert.equal(code, 0, `${program} ${args.join(' ')}: ${stderr.join('').slice(0, 2000)}`)
  return stdout.join('')
}

it('npm install --global of the packed tarball', { skip: missing('npm', 'tar') }, async () => {
  using sandbox = new Sandbox()
  await using registry = await LoopbackRegistry.start()
  const env = { HOME: sandbox.home, npm_config_registry: registry.url, npm_config_update_notifier: 'false' }
  const listed = await run('npm', ['pack', '--json', '--pack-destination', sandbox.home], root, env)
  const [{ filename, files }] = JSON.parse(listed)
  const names = (files as { path: string }[]).map(({ path }) => path)
  for (const file of [
    'bin/run.js',
    'dist/metadata-proxy.cjs',
    'dist/THIRD-PARTY-LICENSES.txt',
    'completions/aws-vault.bash',
    'templates/plugin/common/gitignore',
    'LICENSE',
    'CHANGELOG.md',
  ]) {
    assert.ok(names.includes(file), file)
  }
  assert.deepEqual(
    names.filter(
      name =>
        !/^((?:dist|completions|templates)\/|bin\/run\.js$|oclif\.manifest|package\.json|README|LICENSE|CHANGELOG)/.test(
          name,
        ),
    ),
    [],
  )
  const prefix = sandbox.path('prefix')
  // keytar is optional, and would be built: another test is about it.
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--omit=optional', '--prefix', prefix]
  await run('npm', ['install', '--global', ...options, sandbox.path(filename)], sandbox.home, env)
  const program = join(prefix, 'bin', 'aws-vault')
  assert.ok(existsSync(program))
  // By the Node that runs this test: the system's may be older than what we need.
  assert.match(await run(process.execPath, [program, '--version'], sandbox.home, env), /^aws-vault\//)
  assert.match(await run(process.execPath, [program, 'help'], sandbox.home, env), /plugins {2}/)
  const update = spawn(process.execPath, [program, 'update'], { cwd: sandbox.home, env: { PATH, ...env } })
  const said = await update.stderr.setEncoding('utf8').toArray()
  assert.match(said.join(''), /came by npm[\s\S]*npm install --global aws-vault@latest/)
})
