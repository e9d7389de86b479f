import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { withFileLock } from './file-lock.ts'

let root: string
let directory: string
const children: ChildProcess[] = []

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'aws-vault-lock-'))
  directory = join(root, 'cache', 'locks')
})

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(root, { recursive: true })
})

/** Runs a script in which `lock(name, task)` is there, in a process of its own. */
function run(script: string): { child: ChildProcess; ended: Promise<{ code: number | null; stderr: string }> } {
  const module = JSON.stringify(import.meta.resolve('./file-lock.ts'))
  const prelude = `import { withFileLock } from ${module}; import fs from 'node:fs';
    const lock = (name, task) => withFileLock(${JSON.stringify(directory)}, name, task);`
  const nodeOptions = ['--conditions=@aws-vault/source', '--input-type=module', '-e', prelude + script]
  const child = spawn(process.execPath, nodeOptions, { stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  let stderr = ''
  child.stderr?.on('data', chunk => {
    stderr += chunk
  })
  return { child, ended: once(child, 'close').then(([code]) => ({ code, stderr })) }
}

async function runHolder(): Promise<ChildProcess> {
  const { child } = run(`await lock('a', () => new Promise(resolve => {
    console.log('held')
    setTimeout(resolve, 1e9)
  }))`)
  assert.match(String(await once(child.stdout as NodeJS.ReadableStream, 'data')), /held/)
  return child
}

describe('withFileLock', () => {
  it('gives what the task gives, and throws what it throws', async () => {
    assert.equal(await withFileLock(directory, 'a', async () => 5), 5)
    const error = new Error('no')
    await assert.rejects(
      withFileLock(directory, 'a', () => Promise.reject(error)),
      error,
    )
    assert.equal(await withFileLock(directory, 'a', async () => 6), 6)
  })

  it('leaves an empty file for a name, which only the user may touch', async () => {
    await withFileLock(directory, 'a', async () => {})
    await withFileLock(directory, 'a', async () => {})
    await withFileLock(directory, '../b', async () => {})
    const files = readdirSync(directory)
    assert.equal(files.length, 2)
    for (const file of files) {
      const { size, mode } = statSync(join(directory, file))
      assert.deepEqual([size, process.platform === 'win32' || (mode & 0o777) === 0o600], [0, true])
    }
    assert.ok(process.platform === 'win32' || (statSync(directory).mode & 0o777) === 0o700)
  })

  it('lets one task of a process run after the other', async () => {
    const events: string[] = []
    const tasks = ['1', '2', '3'].map(name =>
      withFileLock(directory, 'a', async () => {
        events.push(`begin ${name}`)
        await new Promise(resolve => setImmediate(resolve))
        events.push(`end ${name}`)
      }),
    )
    await Promise.all(tasks)
    assert.equal(events.length, 6)
    for (let at = 0; at < 6; at += 2) assert.equal(events[at + 1], events[at]?.replace('begin', 'end'))
  })

  it('does not hold up tasks of other names', async () => {
    await withFileLock(directory, 'a', () => withFileLock(directory, 'b', async () => {}))
  })

  it('lets one process run after the other, and writes nothing to stderr', async () => {
    const file = join(root, 'count')
    writeFileSync(file, '0')
    const script = `for (let n = 0; n < 20; n++) await lock('a', async () => {
      const count = Number(fs.readFileSync(${JSON.stringify(file)}, 'utf8'))
      await new Promise(resolve => setImmediate(resolve))
      fs.writeFileSync(${JSON.stringify(file)}, String(count + 1))
    })`
    const runs = await Promise.all([run(script), run(script), run(script)].map(({ ended }) => ended))
    assert.deepEqual(runs, Array(3).fill({ code: 0, stderr: '' }))
    assert.equal(readFileSync(file, 'utf8'), '60')
  })

  it('is free again when its holder is killed', async () => {
    const holder = await runHolder()
    let isKilled = false
    const onWait = () => {
      isKilled = holder.kill('SIGKILL')
    }
    await withFileLock(directory, 'a', async () => assert.ok(isKilled), { onWait })
  })

  it('says once that it waits', async () => {
    const release = Promise.withResolvers<void>()
    const held = Promise.withResolvers<void>()
    const holder = withFileLock(directory, 'a', () => {
      held.resolve()
      return release.promise
    })
    await held.promise
    let waits = 0
    const onWait = () => {
      waits += 1
      setTimeout(release.resolve, 100)
    }
    await withFileLock(directory, 'a', async () => {}, { onWait })
    assert.equal(waits, 1)
    await holder
  })

  it('ends to wait when it is told to, and holds nothing then', { timeout: 20_000 }, async () => {
    const aborter = new AbortController()
    const reason = new Error('interrupted')
    await withFileLock(directory, 'a', async () => {
      const waiting = withFileLock(directory, 'a', async () => 'ran', { signal: aborter.signal })
      setImmediate(() => aborter.abort(reason))
      await assert.rejects(waiting, reason)
    })
    await assert.rejects(
      withFileLock(directory, 'a', async () => 'ran', { signal: aborter.signal }),
      reason,
    )
    assert.equal(await withFileLock(directory, 'a', async () => 'ran'), 'ran')
  })

  describe('says that nothing can be locked', () => {
    const refused = { code: 'ERR_LOCK_UNAVAILABLE' }
    const isRoot = process.getuid?.() === 0

    it('where there is a file instead of a directory', async () => {
      writeFileSync(join(root, 'cache'), '')
      await assert.rejects(
        withFileLock(directory, 'a', async () => {}),
        refused,
      )
    })

    it('where the file is something else', async () => {
      await withFileLock(directory, 'a', async () => {})
      writeFileSync(join(directory, readdirSync(directory)[0] ?? ''), 'x'.repeat(5000))
      await assert.rejects(
        withFileLock(directory, 'a', async () => {}),
        refused,
      )
    })

    it('where it may not write', { skip: isRoot && 'root may write' }, async () => {
      mkdirSync(directory, { recursive: true })
      chmodSync(directory, 0o500)
      await assert.rejects(
        withFileLock(directory, 'a', async () => {}),
        refused,
      )
    })

    it('where the file is read-only', { skip: isRoot && 'root may write' }, async () => {
      await withFileLock(directory, 'a', async () => {})
      chmodSync(join(directory, readdirSync(directory)[0] ?? ''), 0o400)
      await assert.rejects(
        withFileLock(directory, 'a', async () => {}),
        refused,
      )
    })
  })
})
