import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs, {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { item, testContext, textOf } from '@aws-vault/plugin-sdk/testkit'
import backend from '../src/index.ts'
import type { Outcome, Steps } from './steps.ts'
import { makeDirectory, openVault } from './vault.ts'

const onWindows = process.platform === 'win32'
const isRoot = process.getuid?.() === 0

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}

describe('the directory', () => {
  it('is made by the first write and not before', async () => {
    using directory = makeDirectory()
    const dir = join(directory.path, 'new', 'vault')
    const vault = await openVault(dir, 'p')
    assert.deepEqual(await backend.available(vault.context), { available: true })
    assert.deepEqual(await vault.keys(), [])
    assert.equal(await vault.get('dev'), undefined)
    assert.equal(await vault.remove('dev'), false)
    assert.deepEqual(readdirSync(directory.path), [])
    await vault.set(item('dev'))
    assert.deepEqual(readdirSync(dir), ['dev'])
  })

  it('and its files are for their owner only', { skip: onWindows && 'Windows has no such modes' }, async () => {
    using directory = makeDirectory()
    const dir = join(directory.path, 'new', 'vault')
    const umask = process.umask(0)
    try {
      await (await openVault(dir, 'p')).set(item('dev'))
    } finally {
      process.umask(umask)
    }
    assert.deepEqual([join(directory.path, 'new'), dir, join(dir, 'dev')].map(mode), ['700', '700', '600'])
  })

  it('is said with --debug to be open to others, and left so', { skip: onWindows && 'no such modes' }, async () => {
    using directory = makeDirectory()
    const vault = await openVault(directory.path, 'p')
    await vault.set(item('dev'))
    assert.deepEqual(vault.context.logged, [])
    chmodSync(directory.path, 0o755)
    chmodSync(join(directory.path, 'dev'), 0o644)
    await vault.get('dev')
    await vault.set(item('prod'))
    assert.match(vault.context.logged[0] ?? '', /other users .*\/dev","mode":"0644"/)
    assert.match(vault.context.logged[1] ?? '', /other users .*"mode":"0755"/)
    assert.equal(mode(directory.path), '755')
  })

  it('that cannot be read is no empty one', async () => {
    using directory = makeDirectory()
    const dir = join(directory.path, 'file')
    writeFileSync(dir, '')
    const vault = await openVault(dir, 'p')
    await assert.rejects(vault.keys(), {
      code: 'ERR_KEYRING_STORAGE',
      message: /cannot list the items in .*not a directory/,
    })
    await assert.rejects(vault.get('dev'), { code: 'ERR_KEYRING_STORAGE' })
    await assert.rejects(vault.set(item('dev')), { code: 'ERR_KEYRING_STORAGE' })
    const availability = await backend.available(vault.context)
    assert.deepEqual(availability, { available: false, reason: `${dir} is not a directory` })
  })

  it('that may not be read is no empty one', { skip: (onWindows || isRoot) && 'root may read anything' }, async () => {
    using directory = makeDirectory()
    const dir = join(directory.path, 'vault')
    const vault = await openVault(dir, 'p')
    await vault.set(item('dev'))
    chmodSync(dir, 0)
    try {
      for (const attempt of [() => vault.keys(), () => vault.get('dev'), () => vault.set(item('dev'))]) {
        await assert.rejects(attempt, { code: 'ERR_KEYRING_STORAGE', message: /permission denied/ })
      }
      assert.equal((await backend.available(vault.context)).available, false)
    } finally {
      chmodSync(dir, 0o700)
    }
  })
})

describe('keys', () => {
  it('are read without opening a file, and are not what others leave there', async () => {
    using directory = makeDirectory()
    const inside = (name: string) => join(directory.path, name)
    const vault = await openVault(directory.path, 'p')
    for (const key of ['dev', '.hidden', 'a/b', 'prod~', 'real.bak']) await vault.set(item(key))
    const strays = [
      '.DS_Store',
      '.dev.swp',
      'dev~',
      '#dev#',
      'desktop.ini',
      'Thumbs.db',
      '.gitignore',
      '.directory',
      'x.tmp',
    ]
    for (const name of strays) writeFileSync(inside(name), 'b0VIM')
    writeFileSync(inside('.empty'), '')
    // Names that no key has, the Go tool's neither.
    for (const name of ['a%20b', '100%', 'a%2fb', '%C3%BC']) writeFileSync(inside(name), readFileSync(inside('dev')))
    mkdirSync(inside('folder'))
    mkdirSync(inside('.git'))
    writeFileSync(inside('.awsvault-%tmp-0123456789abcdef'), readFileSync(inside('dev')))
    // Anything else may be an item: only its passphrase could tell.
    writeFileSync(inside('garbage'), 'garbage')
    assert.deepEqual((await vault.keys()).sort(), ['.hidden', 'a/b', 'dev', 'garbage', 'prod~', 'real.bak'])
    assert.equal(await vault.get('folder'), undefined)
    assert.equal(await vault.remove('folder'), false)
  })

  it('have links to items among them', { skip: onWindows && 'links need a privilege there' }, async () => {
    using directory = makeDirectory()
    using other = makeDirectory()
    await (await openVault(other.path, 'p')).set(item('dev'))
    symlinkSync(join(other.path, 'dev'), join(directory.path, 'linked'))
    symlinkSync(join(other.path, 'nowhere'), join(directory.path, 'broken'))
    symlinkSync(other.path, join(directory.path, 'folder'))
    const vault = await openVault(directory.path, 'p')
    assert.deepEqual(await vault.keys(), ['linked'])
    assert.equal(textOf(await vault.get('linked')), textOf(item('dev')))
  })

  const impossible = { '': /is empty/, '.': /directory/, '..': /directory/, 'a\0b': /NUL/, '\ud800': /Unicode/ }
  for (const [key, problem] of Object.entries({ ...impossible, ['ü'.repeat(128)]: /256 bytes, 255/ })) {
    it(`cannot be ${JSON.stringify(key.slice(0, 5))} (${key.length} characters)`, async () => {
      using directory = makeDirectory()
      const vault = await openVault(join(directory.path, 'vault'), 'p')
      for (const attempt of [() => vault.set(item(key)), () => vault.get(key), () => vault.remove(key)]) {
        await assert.rejects(attempt, { code: 'ERR_KEYRING_KEY', message: problem })
      }
      assert.deepEqual(readdirSync(directory.path), [])
    })
  }

  it('may have 255 bytes', async () => {
    using directory = makeDirectory()
    const vault = await openVault(directory.path, 'p')
    for (const key of ['k'.repeat(255), 'ü'.repeat(127)]) await vault.set(item(key))
    assert.equal((await vault.keys()).length, 2)
  })
})

describe('what killed writers leave', () => {
  it('is removed by a later write, when it is old', async () => {
    using directory = makeDirectory()
    const [old, young] = ['.awsvault-%tmp-00', '.awsvault-%tmp-11'].map(name => join(directory.path, name))
    assert.ok(old && young)
    writeFileSync(old, 'eyJ')
    writeFileSync(young, 'eyJ')
    const now = Date.now()
    utimesSync(old, new Date(now - 11 * 60_000), new Date(now - 11 * 60_000))
    utimesSync(young, new Date(now - 9 * 60_000), new Date(now - 9 * 60_000))
    const vault = await openVault(directory.path, 'p', { now })
    assert.deepEqual(await vault.keys(), [])
    await vault.set(item('dev'))
    assert.deepEqual([old, young].map(existsSync), [false, true])
  })
})

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

describe('a lock', () => {
  const lockless = (dir: string, withLock: () => Promise<never>, signal = new AbortController().signal) => {
    const context = { ...testContext({ options: { dir, passphrase: 'p', workFactor: 1000 }, signal }), withLock }
    return { context, vault: backend.open(context) }
  }

  it('that cannot be had does not keep us from writing', async () => {
    using directory = makeDirectory()
    const { context, vault } = lockless(directory.path, () => Promise.reject(new Error('no lock directory')))
    await (await vault).set(item('dev'))
    assert.ok(await (await vault).get('dev'))
    assert.match(context.logged.join(), /without a lock, which could not be had: no lock directory/)
  })

  it('that is not waited for any longer does', async () => {
    using directory = makeDirectory()
    const aborter = new AbortController()
    const { vault } = lockless(
      directory.path,
      async () => {
        aborter.abort()
        throw aborter.signal.reason
      },
      aborter.signal,
    )
    await assert.rejects(async () => (await vault).set(item('dev')), { name: 'AbortError' })
    assert.deepEqual(readdirSync(directory.path), [])
  })

  it('has the same name for all ways to the directory', { skip: onWindows && 'links need a privilege' }, async () => {
    using directory = makeDirectory()
    const link = join(directory.path, 'link')
    mkdirSync(join(directory.path, 'vault'))
    symlinkSync('vault', link)
    const names: string[] = []
    for (const dir of [link, join(directory.path, 'vault')]) {
      const context = testContext({ options: { dir, passphrase: 'p', workFactor: 1000 } })
      const withLock = <T>(name: string, task: () => Promise<T>): Promise<T> => {
        names.push(name)
        return task()
      }
      await (await backend.open({ ...context, withLock })).set(item('dev'))
    }
    assert.equal(names.length, 2)
    assert.equal(names[0], names[1])
    assert.match(names[0] ?? '', /^keyring-file:.*vault$/)
  })
})

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
