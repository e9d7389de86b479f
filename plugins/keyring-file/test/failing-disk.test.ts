import assert from 'node:assert/strict'
import fs, { readdirSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { describe, it } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { item, textOf } from '@aws-vault/plugin-sdk/testkit'
import { makeDirectory, openVault } from './vault.ts'

const onWindows = process.platform === 'win32'

/** Calls `fs[name]` as `fake` until disposed of, also for modules that have imported it. */
function replace<
  Name extends 'openSync' | 'writeFileSync' | 'fsyncSync' | 'renameSync' | 'unlinkSync' | 'readFileSync',
>(name: Name, fake: (original: (typeof fs)[Name]) => unknown): Disposable {
  const original = fs[name]
  Object.assign(fs, { [name]: fake(original) })
  syncBuiltinESMExports()
  return {
    [Symbol.dispose]() {
      Object.assign(fs, { [name]: original })
      syncBuiltinESMExports()
    },
  }
}

function failing(code: string, syscall: string): () => never {
  return () => {
    throw Object.assign(new Error(`${code}: failed, ${syscall}`), { code, syscall, errno: -1 })
  }
}

describe('a failing disk', () => {
  const calls = ['openSync', 'writeFileSync', 'fsyncSync', 'renameSync'] as const
  for (const call of calls) {
    for (const code of ['ENOSPC', 'EIO', 'EROFS', 'EACCES', 'EDQUOT', 'EUNKNOWN']) {
      // A directory that cannot be synced is none of our business; a file that cannot be written is.
      it(`keeps the old item when ${call} says ${code}`, async () => {
        using directory = makeDirectory()
        const vault = await openVault(directory.path, 'p')
        await vault.set(item('dev', 'old'))
        {
          using _ = replace(call, () => failing(code, call))
          await assert.rejects(vault.set(item('dev', 'new')), error => {
            assert.ok(isVaultError(error, 'ERR_KEYRING_STORAGE'), String(error))
            assert.match(error.message, /^cannot write the item "dev" in /)
            assert.equal(error.facts.systemCode, code)
            if (code !== 'EUNKNOWN') assert.notEqual(error.hint, undefined)
            return true
          })
        }
        assert.deepEqual(readdirSync(directory.path), ['dev'])
        assert.equal(textOf(await vault.get('dev')), 'old')
      })
    }
  }

  it('is said when an item cannot be read or removed', async () => {
    using directory = makeDirectory()
    const vault = await openVault(directory.path, 'p')
    await vault.set(item('dev'))
    {
      using _ = replace('readFileSync', () => failing('EIO', 'read'))
      await assert.rejects(vault.get('dev'), {
        code: 'ERR_KEYRING_STORAGE',
        message: /^cannot read the item "dev" in /,
      })
    }
    {
      using _ = replace('unlinkSync', () => failing('EROFS', 'unlink'))
      await assert.rejects(vault.remove('dev'), {
        code: 'ERR_KEYRING_STORAGE',
        message: /^cannot remove the item "dev"/,
      })
    }
    assert.ok(await vault.get('dev'))
  })

  it('has the item before it has its name, and the name before we say so', async () => {
    using directory = makeDirectory()
    const vault = await openVault(directory.path, 'p')
    const calls: string[] = []
    {
      using _fsync = replace('fsyncSync', original => (descriptor: number) => {
        calls.push(fs.fstatSync(descriptor).isDirectory() ? 'fsync directory' : 'fsync file')
        original(descriptor)
      })
      using _rename = replace('renameSync', original => (from: string, to: string) => {
        calls.push('rename')
        original(from, to)
      })
      await vault.set(item('dev'))
    }
    assert.deepEqual(calls, ['fsync file', 'rename', ...(onWindows ? [] : ['fsync directory'])])
  })
})
