/** Where nothing can be written: what is there already still works, and nothing of it is lost. */
import assert from 'node:assert/strict'
import { closeSync, openSync, readdirSync, writeSync } from 'node:fs'
import { test } from 'node:test'
import { mountOn } from './support/mounts.ts'
import { KEYS, OTHER_KEYS } from './support/sandbox.ts'
import { setScene } from './support/scene.ts'

const config = '[profile work]\nregion = eu-west-1\n[profile other]\nregion = eu-west-1\n'
const other = { env: { AWS_ACCESS_KEY_ID: OTHER_KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: OTHER_KEYS.secretAccessKey } }

test('a home that is read-only', async context => {
  await using scene = await setScene({ config, keys: ['work', 'other'] })
  const { sandbox, calls } = scene
  const cached = await sandbox.accessKeyIdUnder(['work'])
  using mount = mountOn(sandbox.home, ['--bind', sandbox.home], context)
  if (mount === undefined) return
  mount.remount('ro,bind')

  assert.equal(await sandbox.accessKeyIdUnder(['work']), cached)
  const { stderr } = await sandbox.ok(['exec', 'other', 'true'])
  assert.match(stderr, /session of profile "other" could not be kept for the next time: .*[Rr]ead-only/)
  assert.deepEqual(calls(), ['GetSessionToken by alice', 'GetSessionToken by alice'])
  assert.match((await sandbox.ok(['list'])).stdout, /^work +work +sts/m)

  const before = sandbox.vaultFiles()
  for (const args of [['add', 'work', '--env'], ['remove', 'work', '-f'], ['clear']]) {
    const { stderr } = await sandbox.fails(args, 1, other)
    assert.match(stderr, /read-only|EROFS/i)
  }
  assert.deepEqual(sandbox.vaultFiles(), before)
})

test('a config file that is read-only: the keys are stored, and it is said what to add', async context => {
  await using scene = await setScene({ config, keys: [] })
  const { sandbox } = scene
  using mount = mountOn(sandbox.path('.aws'), ['--bind', sandbox.path('.aws')], context)
  if (mount === undefined) return
  mount.remount('ro,bind')
  const { stdout, stderr } = await sandbox.fails(['add', 'new', '--env'], 1, other)
  assert.match(stdout, /Added the credentials of profile "new"/)
  assert.match(
    stderr,
    /\.aws\/config cannot be written \(EROFS\)\n {2}hint: add this line to it yourself: \[profile new\]/,
  )
  assert.equal(sandbox.read('.aws/config'), config)
})

test('a disk that is full', async context => {
  await using scene = await setScene({ config: '', keys: [] })
  const { sandbox } = scene
  using mount = mountOn(sandbox.home, ['-t', 'tmpfs', '-o', 'size=4m,mode=0700', 'tmpfs'], context)
  if (mount === undefined) return
  sandbox.config(config)
  await sandbox.add('work')
  await sandbox.add('other')
  const cached = await sandbox.accessKeyIdUnder(['work'])
  fillDisk(sandbox.path('filler'))
  const before = sandbox.vaultFiles()

  assert.equal(await sandbox.accessKeyIdUnder(['work']), cached)
  const { stderr } = await sandbox.ok(['exec', 'other', 'true'])
  assert.match(stderr, /session of profile "other" could not be kept for the next time: .*(full|no space)/i)
  const added = await sandbox.fails(['add', 'work', '--env'], 1, other)
  assert.match(added.stderr, /full|no space/i)
  assert.deepEqual(sandbox.vaultFiles(), before)
  assert.equal(await sandbox.accessKeyIdUnder(['work', '-n']), KEYS.accessKeyId)

  await sandbox.fails(['add', 'new', '--env'], 1, other)
  assert.equal(sandbox.read('.aws/config'), config)
  assert.deepEqual(readdirSync(sandbox.path('.aws')), ['config'])
  assert.deepEqual(sandbox.vaultFiles(), before)
  assert.equal((await sandbox.ok(['remove', 'other', '-f'])).stderr, '')
})

/** Writes until nothing more fits, not a byte. */
function fillDisk(file: string): void {
  const descriptor = openSync(file, 'a')
  try {
    for (let size = 65_536; size >= 1; ) {
      try {
        if (writeSync(descriptor, Buffer.alloc(size)) === 0) return
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
        size = Math.floor(size / 2)
      }
    }
  } finally {
    closeSync(descriptor)
  }
}
