/** exec end to end with a desktop's keyring by keytar, and a machine that has no keytar. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { missing, startDesktop } from '../plugins/keyring-keytar/test/desktop.ts'
import { KEYS } from './support/sandbox.ts'
import { roleArn, setScene } from './support/scene.ts'

const root = join(import.meta.dirname, '..')
const config = `[profile work]\nregion = eu-west-1\n
[profile admin]\nsource_profile = work\nrole_arn = ${roleArn('admin')}\n`

test('add, exec, list and remove with libsecret', { skip: missing() }, async () => {
  await using desktop = await startDesktop()
  await using scene = await setScene({ config, keys: [] })
  const { sandbox } = scene
  const { HOME: _, ...bus } = desktop.env
  Object.assign(sandbox.env, bus, { AWS_VAULT_BACKEND: 'libsecret', PATH: process.env.PATH })
  await sandbox.add('work')
  const first = await sandbox.environmentUnder(['admin'])
  assert.match(first.AWS_ACCESS_KEY_ID ?? '', /^ASIA/)
  assert.deepEqual(await sandbox.environmentUnder(['admin']), first)
  assert.deepEqual(scene.calls(), ['AssumeRole by alice'])
  assert.match((await sandbox.ok(['list'])).stdout, /^work +work +-\s+admin +- +sts\.AssumeRole:/m)

  // Ten at once make one call.
  const runs = await Promise.all(Array.from({ length: 10 }, () => sandbox.environmentUnder(['work'])))
  assert.equal(new Set(runs.map(({ AWS_SESSION_TOKEN }) => AWS_SESSION_TOKEN)).size, 1)
  assert.deepEqual(scene.calls(), ['AssumeRole by alice', 'GetSessionToken by alice'])

  // Another program finds the keys where they are said to be.
  const { stdout } = spawnSync('secret-tool', ['lookup', 'service', 'aws-vault', 'account', 'work'], {
    env: desktop.env,
    encoding: 'utf8',
  })
  if (stdout !== null && stdout !== '') assert.equal(JSON.parse(stdout).AccessKeyID, KEYS.accessKeyId)
  else assert.ok(!process.env.CI, 'secret-tool found nothing')

  await sandbox.ok(['remove', 'work', '-f'])
  assert.doesNotMatch((await sandbox.ok(['list'])).stdout, /work +work|sts\./)

  // A daemon that is gone is said, and nobody waits for it.
  desktop.daemon?.kill('SIGKILL')
  await sandbox.fails(['exec', 'work', '--', 'true'])
})

test('without keytar, which is optional, everything else works, and its keyring says what to install', async () => {
  await using scene = await setScene({ keys: [] })
  const { sandbox } = scene
  for (const part of ['dist', 'package.json', join('bin', 'run.js')]) {
    cpSync(join(root, part), sandbox.path(join('installed', part)), { recursive: true })
  }
  const run = (args: readonly string[]): ReturnType<typeof spawnSync> =>
    spawnSync(process.execPath, [sandbox.path('installed/bin/run.js'), ...args], {
      env: sandbox.environment({ AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey }),
      encoding: 'utf8',
    })
  assert.equal(run(['add', 'work', '--env']).status, 0)
  assert.equal(run(['list', '--credentials']).stdout, 'work\n')
  const { status, stderr } = run(['list', '--backend', 'libsecret'])
  assert.equal(status, 1)
  assert.match(String(stderr), /the optional package keytar is not installed\n {2}hint: install .*libsecret-1-dev/)
})
