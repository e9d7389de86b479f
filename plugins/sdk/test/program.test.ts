import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { findExecutable, type ProgramEnd, runProgram } from '../src/program.ts'

const onWindows = process.platform === 'win32'

describe('a program', { skip: onWindows && 'it is a shell that runs here' }, () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'program-'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  const sh = (script: string, more: object = {}): Promise<ProgramEnd> =>
    runProgram({
      file: 'sh',
      args: ['-c', script],
      environment: { PATH: process.env.PATH ?? '' },
      signal: new AbortController().signal,
      ...more,
    })

  it('gets its input and its environment, and nothing else of ours', async () => {
    process.env.OURS = 'ours'
    try {
      const input = Buffer.from([0, 255, 10])
      const environment = { PATH: process.env.PATH ?? '', THEIRS: 'theirs' }
      const end = await sh('cat; echo "$THEIRS$OURS" >&2; exit 3', { input, environment })
      assert.deepEqual(end, { code: 3, timedOut: false, stdout: input, stderr: 'theirs\n' })
    } finally {
      delete process.env.OURS
    }
  })

  it('has an empty input if none is given, and need not read one', async () => {
    assert.equal((await sh('cat; exec true')).stdout.length, 0)
    assert.equal((await sh('exec true', { input: Buffer.alloc(1_000_000) })).code, 0)
  })

  it('that cannot be started is an error', async () => {
    await assert.rejects(sh('', { file: join(directory, 'none') }), { code: 'ENOENT' })
  })

  it('is ended when its time is over', async () => {
    const { code, timedOut } = await sh('sleep 600; true', { timeoutSeconds: 0.1 })
    assert.deepEqual({ code, timedOut }, { code: null, timedOut: true })
  })

  it('is ended, with what it has started, when we are interrupted', {
    skip: !existsSync('/proc/self/task') && 'this system does not tell whom a process has started',
  }, async () => {
    const aborter = new AbortController()
    const pidFile = join(directory, 'pid')
    const ended = sh(`sh -c 'echo $$ > ${pidFile}.new; mv ${pidFile}.new ${pidFile}; sleep 600; true'; true`, {
      signal: aborter.signal,
    })
    const watcher = watch(directory, () => existsSync(pidFile) && aborter.abort(new Error('interrupted')))
    await assert.rejects(ended, { message: 'interrupted' })
    watcher.close()
    const pid = readFileSync(pidFile, 'utf8').trim()
    // Gone, or about to be taken away by whoever has inherited it.
    while (existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(statusOf(pid)));
    await assert.rejects(sh('true', { signal: aborter.signal }), { message: 'interrupted' })
  })

  it('that leaves a daemon behind keeps nobody waiting', { timeout: 30_000 }, async () => {
    const { code, stdout } = await sh('sleep 60 & echo $!')
    assert.equal(code, 0)
    process.kill(Number(stdout))
  })

  it('is found in PATH, if it can be executed', () => {
    const [plain, program] = ['plain', 'program'].map(name => join(directory, name))
    assert.ok(plain && program)
    for (const file of [plain, program]) writeFileSync(file, '')
    chmodSync(program, 0o755)
    const PATH = ['relative', '', '/nonexistent', directory].join(delimiter)
    assert.equal(findExecutable('program', { PATH }), program)
    assert.equal(findExecutable(program, {}), program)
    for (const name of ['plain', 'none', '', plain, directory]) assert.equal(findExecutable(name, { PATH }), undefined)
  })
})

function statusOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return 'State: Z'
  }
}
