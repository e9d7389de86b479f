/** What bin/run.js keeps of compiled code: it makes starts quicker, and can never make one fail. */
import assert from 'node:assert/strict'
import { chmodSync, globSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { Sandbox } from './support/sandbox.ts'

const directory = '.cache/aws-vault/compiled'

/** The file with the compiled code of a command. */
function keptOf(sandbox: Sandbox, command: string): string {
  const [file = '', ...others] = globSync(`${directory}/${command}-v*`, { cwd: sandbox.home })
  assert.deepEqual(others, [])
  return file && sandbox.path(file)
}

/** A sandbox in which `list` has run, and what it kept. */
async function afterList(): Promise<{ sandbox: Sandbox; file: string; bytes: Buffer }> {
  const sandbox = new Sandbox()
  sandbox.config('[profile work]\n')
  await sandbox.ok(['list'])
  const file = keptOf(sandbox, 'list')
  return { sandbox, file, bytes: readFileSync(file) }
}

describe('compiled code', () => {
  it('is kept by the first run of a command, for this user alone, and used by the next', async () => {
    const { sandbox, file, bytes } = await afterList()
    using _ = sandbox
    assert.equal(statSync(file).mode & 0o777, 0o600)
    const { mtimeMs } = statSync(file)
    await sandbox.ok(['list'])
    assert.equal(statSync(file).mtimeMs, mtimeMs, 'not written again')
    assert.deepEqual(readFileSync(file), bytes)
  })

  it('is kept too when a program takes our place', async () => {
    using sandbox = new Sandbox()
    await sandbox.add('work')
    await sandbox.ok(['exec', 'work', '--no-session', '--', 'true'])
    assert.ok(statSync(keptOf(sandbox, 'exec')).size > 100_000)
  })

  const damages: Record<string, (bytes: Buffer) => Uint8Array> = {
    'one bit': bytes => {
      bytes[200_001] = (bytes[200_001] ?? 0) ^ 1
      return bytes
    },
    'zeros after a power cut': bytes => bytes.fill(0, 100_000),
    'cut off': bytes => bytes.subarray(0, 300_000),
    'cut off at an odd place': bytes => bytes.subarray(0, 300_001),
    empty: bytes => bytes.subarray(0, 0),
    'of another build': bytes => bytes.fill('0', 0, 32),
  }
  for (const [damage, damaged] of Object.entries(damages)) {
    it(`is made anew when it is damaged: ${damage}`, async () => {
      const { sandbox, file, bytes } = await afterList()
      using _ = sandbox
      const broken = Buffer.from(damaged(Buffer.from(bytes)))
      writeFileSync(file, broken)
      assert.match((await sandbox.ok(['list'])).stdout, /work/)
      assert.notDeepEqual(readFileSync(file), broken)
    })
  }

  it('is neither read nor written where others may write', async () => {
    const { sandbox, file } = await afterList()
    using _ = sandbox
    chmodSync(sandbox.path(directory), 0o777)
    writeFileSync(file, 'by somebody else')
    await sandbox.ok(['list'])
    assert.equal(readFileSync(file, 'utf8'), 'by somebody else')
  })

  it('ends no command where its directory is none', async () => {
    using sandbox = new Sandbox()
    await sandbox.add('work')
    rmSync(sandbox.path(directory), { recursive: true, force: true })
    sandbox.write(directory, '')
    for (const args of [['list'], ['exec', 'work', '--no-session', '--', 'true']]) {
      assert.equal((await sandbox.ok(args)).stderr, '')
    }
  })
})
