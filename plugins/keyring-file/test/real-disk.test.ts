import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { item, textOf } from '@aws-vault/plugin-sdk/testkit'
import type { Outcome, Steps } from './steps.ts'
import { makeDirectory, openVault } from './vault.ts'

const onWindows = process.platform === 'win32'
const isRoot = process.getuid?.() === 0

const large = 'x'.repeat(200_000)

/** Does the steps in another process, started through a shell command that ends in `exec "$@"`. */
function runSteps(command: string, steps: Steps): Outcome[] {
  const script = fileURLToPath(new URL('./steps.ts', import.meta.url))
  const node = [process.execPath, ...process.execArgv.filter(argument => argument.startsWith('--conditions='))]
  const child = spawnSync('sh', ['-c', command, 'sh', ...node, script], {
    input: JSON.stringify(steps),
    encoding: 'utf8',
  })
  assert.equal(child.status, 0, child.stderr)
  return JSON.parse(child.stdout)
}

/** Runs a shell command with file systems of its own. */
function inNamespace(command: string): string {
  return `unshare -rm sh -c '${command}' "$@"`
}

function skipWithoutNamespace(test: TestContext): boolean {
  if (spawnSync('sh', ['-c', inNamespace('mount -t tmpfs tmpfs /mnt')]).status === 0) return false
  const reason = 'this system lets nobody mount a file system of their own (unshare -rm)'
  assert.notEqual(process.env.CI, 'true', reason)
  test.skip(reason)
  return true
}

describe('a real disk', () => {
  it('that is full keeps the old item', async test => {
    if (skipWithoutNamespace(test)) return
    using directory = makeDirectory()
    const dir = directory.path
    const outcomes = runSteps(inNamespace(`mount -t tmpfs -o size=64k tmpfs "${dir}" && exec "$0" "$@"`), {
      dir,
      steps: [
        ['set', 'dev', 'old'],
        ['set', 'dev', large],
        ['get', 'dev'],
        ['set', 'new', large],
        ['keys'],
        ['set', 'dev', 'small'],
      ],
    })
    assert.deepEqual(
      outcomes.map(({ value, code }) => code ?? value ?? null),
      [null, 'ERR_KEYRING_STORAGE', 'old', 'ERR_KEYRING_STORAGE', ['dev'], null],
    )
    assert.match(outcomes[1]?.message ?? '', /no space is left on the disk/)
    assert.match(outcomes[1]?.hint ?? '', /df -h/)
  })

  it('that is read-only is read', async test => {
    if (skipWithoutNamespace(test)) return
    using directory = makeDirectory()
    const dir = directory.path
    await (await openVault(dir, 'p')).set(item('dev', 'old'))
    const remount = `mount --bind "${dir}" "${dir}" && mount -o remount,ro,bind "${dir}" && exec "$0" "$@"`
    const outcomes = runSteps(inNamespace(remount), {
      dir,
      steps: [['get', 'dev'], ['keys'], ['set', 'dev', 'new'], ['remove', 'dev'], ['get', 'dev']],
    })
    assert.deepEqual(
      outcomes.map(({ value, code }) => code ?? value ?? null),
      ['old', ['dev'], 'ERR_KEYRING_STORAGE', 'ERR_KEYRING_STORAGE', 'old'],
    )
    assert.match(outcomes[2]?.message ?? '', /the file system is read-only/)
  })

  it('whose directory may not be written to is read', {
    skip: (onWindows || isRoot) && 'root may write anywhere',
  }, async () => {
    using directory = makeDirectory()
    const dir = join(directory.path, 'vault')
    const vault = await openVault(dir, 'p')
    await vault.set(item('dev', 'old'))
    chmodSync(dir, 0o500)
    try {
      await assert.rejects(vault.set(item('dev', 'new')), { code: 'ERR_KEYRING_STORAGE', message: /permission denied/ })
      assert.equal(textOf(await vault.get('dev')), 'old')
    } finally {
      chmodSync(dir, 0o700)
    }
  })

  it('that takes no larger file keeps the old item', { skip: onWindows && 'Windows has no such limit' }, async () => {
    using directory = makeDirectory()
    const outcomes = runSteps('ulimit -f 64 && exec "$@"', {
      dir: directory.path,
      steps: [['set', 'dev', 'old'], ['set', 'dev', large], ['get', 'dev'], ['keys']],
    })
    assert.deepEqual(
      outcomes.map(({ value, code }) => code ?? value ?? null),
      [null, 'ERR_KEYRING_STORAGE', 'old', ['dev']],
    )
    assert.deepEqual(readdirSync(directory.path), ['dev'])
  })
})
