import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { runtimeDirectory } from './runtime-directory.ts'

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

  it('is elsewhere where paths get too long for sockets', () =>
    withRoot(root => {
      const cache = join(root, 'c'.repeat(100))
      assert.equal(runtimeDirectory({ environment: {}, cache, userId }), join(tmpdir(), `aws-vault-${userId}`))
    }))

  it('is none that others may use, or that somebody put in its place', () =>
    withRoot(root => {
      const path = join(root, 'aws-vault')
      const input = { environment: { XDG_RUNTIME_DIR: root }, cache: root, userId }
      const unsafe = { code: 'ERR_RUNTIME_DIRECTORY', message: /others may use/ }
      mkdirSync(path)
      chmodSync(path, 0o770)
      assert.throws(() => runtimeDirectory(input), unsafe)
      chmodSync(path, 0o700)
      assert.throws(() => runtimeDirectory({ ...input, userId: (userId ?? 0) + 1 }), unsafe)
      rmSync(path, { recursive: true })
      mkdirSync(join(root, 'elsewhere'), { mode: 0o700 })
      symlinkSync(join(root, 'elsewhere'), path)
      assert.throws(() => runtimeDirectory(input), unsafe)
    }))
})
