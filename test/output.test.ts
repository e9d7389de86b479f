/** What reaches the terminal and the pipe. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, symlinkSync } from 'node:fs'
import { test } from 'node:test'
import { RUN } from './support/sandbox.ts'
import { setScene } from './support/scene.ts'

test('names from the config cannot drive the terminal', async () => {
  await using scene = await setScene({ config: '[profile a\x1b]0;owned\x07b]\nsource_profile = c\x1b[31m\n', keys: [] })
  const { sandbox } = scene
  const listed = [await sandbox.ok(['list']), await sandbox.ok(['list', '--profiles'])]
  for (const { stdout } of listed) assert.match(stdout, /^a\\u\{1b\}\]0;owned\\u\{7\}b/m)
  const failed = await sandbox.fails(['exec', 'a\x1b]0;owned\x07b', 'true'])
  for (const { stdout, stderr } of [...listed, failed]) {
    assert.doesNotMatch((stdout + stderr).replaceAll('\n', ''), /\p{Cc}/u)
  }
})

test('what list prints as JSON is what is true, and what was asked for', async () => {
  await using scene = await setScene({ config: '[profile work]\n[profile other]\n' })
  const { sandbox } = scene
  const rows = async (...flags: string[]): Promise<[string, boolean][]> =>
    JSON.parse((await sandbox.ok(['list', '--json', ...flags])).stdout).map(
      ({ profile, credentials }: { profile: string; credentials: boolean }) => [profile, credentials],
    )
  assert.deepEqual(await rows(), [
    ['work', true],
    ['other', false],
  ])
  assert.deepEqual(await rows('--profiles'), [
    ['work', true],
    ['other', false],
  ])
  assert.deepEqual(await rows('--credentials'), [['work', true]])
  assert.deepEqual(await rows('--sessions'), [])
})

test('output that cannot be written is one line on stderr; a reader that goes away is none', async () => {
  await using scene = await setScene()
  const env = { ...scene.sandbox.env }
  const shell = (command: string) => spawnSync('/bin/sh', ['-c', command], { env, encoding: 'utf8' })
  const full = shell(`"${process.execPath}" "${RUN}" list > /dev/full`)
  assert.equal(full.status, 1)
  assert.match(full.stderr, /^aws-vault: cannot write the output: .*ENOSPC.*\n$/)
  const gone = shell(`"${process.execPath}" "${RUN}" list | true`)
  assert.equal(gone.stderr, '')
})

test('settings that are a link stay one', async () => {
  await using scene = await setScene()
  const { sandbox } = scene
  const file = sandbox.write('dotfiles/settings.ini', 'backend = file\n')
  sandbox.write('.config/aws-vault/.keep', '')
  symlinkSync(file, sandbox.path('.config/aws-vault/settings.ini'))
  await sandbox.ok(['plugins', 'use', 'exposure', 'env=built-in'])
  assert.equal(readFileSync(file, 'utf8'), 'backend = file\n')
  assert.equal(
    execFileSync('readlink', [sandbox.path('.config/aws-vault/settings.ini')], { encoding: 'utf8' }).trim(),
    file,
  )
})
