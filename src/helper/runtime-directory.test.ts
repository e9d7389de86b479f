import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { runtimeDirectories, runtimeDirectory } from './runtime-directory.ts'

const userId = process.getuid?.()

function withRoot(test: (root: string) => void): void {
  const root = mkdtempSync(join(tmpdir(), 'rt-'))
  try {
    test(root)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

describe('the directory for sockets', { skip: userId === undefined && 'Windows has no such modes' }, () => {
  it('is in XDG_RUNTIME_DIR, else among the caches, made for this user alone', () =>
    withRoot(root => {
      const cache = join(root, 'cache')
      const environment = { XDG_RUNTIME_DIR: root }
      assert.equal(runtimeDirectory({ environment, cache, userId }), join(root, 'aws-vault'))
      assert.equal(statSync(join(root, 'aws-vault')).mode & 0o777, 0o700)
      for (const other of [{}, { XDG_RUNTIME_DIR: '' }, { XDG_RUNTIME_DIR: '/dev/null/no' }]) {
        assert.equal(runtimeDirectory({ environment: other, cache, userId }), join(cache, 'run'))
      }
    }))

  it('may have been others in other sessions: those that are there and ours, and none is made', () =>
    withRoot(root => {
      const cache = join(root, 'cache')
      const input = { environment: { XDG_RUNTIME_DIR: root }, cache, userId }
      const below = () => runtimeDirectories(input).filter(path => path.startsWith(root))
      assert.deepEqual(below(), [])
      assert.equal(existsSync(join(root, 'aws-vault')), false)
      const other = runtimeDirectory({ environment: {}, cache, userId })
      assert.deepEqual(below(), [other])
      runtimeDirectory(input)
      assert.deepEqual(below(), [join(root, 'aws-vault'), other])
      const foreign = runtimeDirectories({ ...input, userId: (userId ?? 0) + 1 })
      assert.deepEqual(
        foreign.filter(path => path.startsWith(root)),
        [],
      )
    }))

  it('is elsewhere where paths get too long for sockets', () =>
    withRoot(root => {
      const cache = join(root, 'c'.repeat(100))
      assert.equal(runtimeDirectory({ environment: {}, cache, userId }), join(tmpdir(), `aws-vault-${userId}`))
    }))

  it('is none that others may use, or that somebody put in its place', () =>
    withRoot(root => {
      const path = join(root, 'aws-vault')
      const cache = join(root, 'cache')
      const input = { environment: { XDG_RUNTIME_DIR: root }, cache, userId }
      mkdirSync(path)
      chmodSync(path, 0o770)
      assert.equal(runtimeDirectory(input), join(cache, 'run'))
      rmSync(path, { recursive: true })
      mkdirSync(join(root, 'elsewhere'), { mode: 0o700 })
      symlinkSync(join(root, 'elsewhere'), path)
      assert.equal(runtimeDirectory(input), join(cache, 'run'))
      for (const bad of [path, join(cache, 'run')]) {
        rmSync(bad, { recursive: true })
        writeFileSync(bad, '')
      }
      chmodSync(root, 0o700)
      const temporary = runtimeDirectory({ ...input, cache: join(root, 'aws-vault', 'below') })
      assert.equal(temporary, join(tmpdir(), `aws-vault-${userId}`))
    }))

  it('of another user, as under sudo, is left as it is', () =>
    withRoot(root => {
      const input = { environment: { XDG_RUNTIME_DIR: root }, cache: join(root, 'cache'), userId: (userId ?? 0) + 1 }
      assert.throws(() => runtimeDirectory(input), { code: 'ERR_RUNTIME_DIRECTORY', message: /others may use it/ })
      assert.equal(existsSync(join(root, 'aws-vault')), false)
    }))

  it('is not made where XDG_RUNTIME_DIR names nothing, or no place', () =>
    withRoot(root => {
      const cache = join(root, 'cache')
      for (const given of [join(root, 'not', 'there'), 'relative']) {
        assert.equal(runtimeDirectory({ environment: { XDG_RUNTIME_DIR: given }, cache, userId }), join(cache, 'run'))
      }
      assert.equal(existsSync(join(root, 'not')), false)
    }))
})
