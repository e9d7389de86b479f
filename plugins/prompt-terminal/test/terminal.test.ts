import assert from 'node:assert/strict'
import { spawn as spawnProcess, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { type IPty, spawn } from '@lydell/node-pty'

const part = JSON.stringify(new URL('../src/index.ts', import.meta.url).href)

/**
 * Asks the questions that stand in its first argument. Says on stdout what came of them, on stderr its process id and
 * the names of its locks. `prelude` is run before.
 */
function asking(questions: readonly { message: string; secret: boolean }[], prelude = ''): string[] {
  const script = `
    import prompt from ${part}
    const controller = new AbortController()
    const context = {
      platform: process.platform,
      signal: controller.signal,
      withLock: (name, task) => {
        console.error(name)
        return task()
      },
    }
    ${prelude}
    console.error(process.pid)
    const results = []
    try {
      for (const question of JSON.parse(process.argv[1])) results.push(await prompt.ask(question, context))
    } catch (error) {
      results.push({ code: error.code, message: error.message })
    }
    console.log(JSON.stringify(results))`
  const options = ['--conditions=@aws-vault/source', '--input-type=module', '--eval', script, '--']
  return [...options, JSON.stringify(questions)]
}

const secret = { message: 'Passphrase', secret: true }
const open = { message: 'MFA code', secret: false }

/** Writes one byte for each character. The terminal takes bytes, though its types know text only. */
const writeBytes = (terminal: IPty, latin1: string): void =>
  terminal.write(Buffer.from(latin1, 'latin1') as unknown as string)

interface Seen {
  /** All that the terminal showed. */
  readonly screen: string
  readonly results: unknown
  /** The exit code of the asking program, as a shell has it. */
  readonly status: number
  /** The names of the locks. */
  readonly locks: string[]
  /** The terminal's settings, before and after. */
  readonly modes: [before: string, after: string]
}

/** What the person does: waits until the screen ends in something, and then types or does something else. */
type Step = [wait: RegExp, does: string | ((pid: number, terminal: IPty) => unknown)]

/** Runs the asking program with pipes as stdin and stdout, in a terminal of its own, and answers it. */
async function converse(program: string[], steps: readonly Step[]): Promise<Seen> {
  const directory = mkdtempSync(join(tmpdir(), 'prompt-terminal-'))
  const read = (name: string) => readFileSync(join(directory, name), 'utf8')
  const script = `
    cd ${directory}; trap : INT; stty -a >before
    cat </dev/null | { trap : INT; "$0" "$@" 2>log; echo $? >status; } | cat >out
    stty -a >after`
  try {
    const terminal = spawn('/bin/sh', ['-c', script, process.execPath, ...program], { cols: 200 })
    const remaining = [...steps]
    let screen = ''
    terminal.onData(async data => {
      screen += data
      const [wait, does] = remaining[0] ?? [/$^/, '']
      if (!wait.test(screen)) return
      remaining.shift()
      if (typeof does === 'string') terminal.write(does)
      else await does(Number(/^\d+$/m.exec(read('log'))?.[0]), terminal)
    })
    await new Promise(resolve => terminal.onExit(resolve))
    return {
      screen,
      results: read('out') === '' ? undefined : JSON.parse(read('out')),
      status: Number(read('status')),
      locks: read('log').match(/^terminal:.*$/gm) ?? [],
      modes: [read('before'), read('after')],
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const cancelled = [{ code: 'ERR_PROMPT_CANCELLED', message: 'the question was cancelled' }]

describe('the terminal prompt', { skip: process.platform === 'win32', timeout: 60_000 }, () => {
  test('hides a secret', async () => {
    const seen = await converse(asking([secret]), [[/: $/, 'open sesame\r']])
    assert.deepEqual(seen.results, ['open sesame'])
    assert.equal(seen.screen, 'Passphrase: \r\n')
    assert.equal(seen.modes[0], seen.modes[1])
  })

  test('shows what is no secret', async () => {
    const seen = await converse(asking([open]), [[/: $/, '129\x7f3456\r']])
    assert.deepEqual(seen.results, ['123456'])
    assert.equal(seen.screen, 'MFA code: 129\b \b3456\r\n')
    assert.equal(seen.modes[0], seen.modes[1])
  })

  test('takes umlauts, backspace over them, arrow keys and a long paste', async () => {
    const paste = 'ü€'.repeat(3000)
    const keys = `grü€\x7f\x7f\x1b[Dün\x1b[200~${paste}\x1b[201~\r`
    const seen = await converse(asking([secret]), [[/: $/, keys]])
    assert.deepEqual(seen.results, [`grün${paste}`])
    assert.equal(seen.screen, 'Passphrase: \r\n')
  })

  test('takes a letter that comes in two parts', async () => {
    const second = (_: number, terminal: IPty) => {
      writeBytes(terminal, 'p\xc3')
      writeBytes(terminal, '\xa4\r')
    }
    assert.deepEqual((await converse(asking([secret]), [[/: $/, second]])).results, ['pä'])
  })

  test('refuses what is not UTF-8', async () => {
    const latin1 = (_: number, terminal: IPty) => writeBytes(terminal, 'p\xe4\r')
    assert.deepEqual((await converse(asking([secret]), [[/: $/, latin1]])).results, [
      { code: 'ERR_PROMPT_ANSWER', message: 'the answer is not UTF-8 text' },
    ])
  })

  test('leaves the next answer to the next question', async () => {
    const seen = await converse(asking([open, secret, secret, open]), [[/: $/, 'alice\rone\rtwo\rbob\r']])
    assert.deepEqual(seen.results, ['alice', 'one', 'two', 'bob'])
  })

  test('takes what was typed before the question', { skip: process.platform !== 'linux' }, async () => {
    const program = asking(
      [secret],
      `import { existsSync, writeFileSync } from 'node:fs'
      console.error(process.pid)
      writeFileSync('/dev/tty', 'starting...')
      while (!existsSync('typed'));`,
    )
    const early = (pid: number, terminal: IPty) => {
      terminal.write('early\r')
      writeFileSync(join(`/proc/${pid}/cwd`, 'typed'), '')
    }
    assert.deepEqual((await converse(program, [[/\.\.\.$/, early]])).results, ['early'])
  })

  test('makes control characters in the question harmless', async () => {
    const seen = await converse(asking([{ message: '\x1b]0;title\x07\x1b[8mprofile\n', secret: true }]), [
      [/: $/, '\r'],
    ])
    assert.equal(seen.screen, '\\u{1b}]0;title\\u{7}\\u{1b}[8mprofile\\u{a}: \r\n')
    assert.deepEqual(seen.results, [''])
  })

  test('ends a question as it is written', async () => {
    const seen = await converse(asking([{ message: 'Remove dev?', secret: false }]), [[/ $/, 'y\r']])
    assert.equal(seen.screen, 'Remove dev? y\r\n')
  })

  for (const [name, key] of [
    ['Ctrl-C', 'abc\x03'],
    ['Ctrl-\\', '\x1c'],
    ['Ctrl-D', '\x04'],
  ] as const) {
    test(`is cancelled by ${name} at a secret`, async () => {
      const seen = await converse(asking([secret]), [[/: $/, key]])
      assert.deepEqual(seen.results, cancelled)
      assert.equal(seen.screen, 'Passphrase: \r\n')
      assert.equal(seen.modes[0], seen.modes[1])
    })
  }

  test('is cancelled by Ctrl-D at what is no secret', async () => {
    const seen = await converse(asking([open]), [[/: $/, '\x04']])
    assert.deepEqual(seen.results, cancelled)
    assert.equal(seen.screen, 'MFA code: \r\n')
  })

  test('is interrupted by Ctrl-C at what is no secret, as any program is', async () => {
    const seen = await converse(asking([open]), [[/: $/, '\x03']])
    assert.equal(seen.results, undefined)
    assert.equal(seen.modes[0], seen.modes[1])
  })

  for (const [signal, status] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGQUIT', 131],
  ] as const) {
    test(`restores the terminal when a ${signal} ends us`, async () => {
      const seen = await converse(asking([secret]), [[/: $/, pid => process.kill(pid, signal)]])
      assert.equal(seen.status, status)
      assert.equal(seen.modes[0], seen.modes[1])
    })
  }

  test('restores the terminal when somebody else handles the signal and exits', async () => {
    const program = asking([secret], `process.on('SIGTERM', () => process.exit(9))`)
    const seen = await converse(program, [[/: $/, pid => process.kill(pid, 'SIGTERM')]])
    assert.equal(seen.status, 9)
    assert.equal(seen.modes[0], seen.modes[1])
  })

  for (const question of [secret, open]) {
    test(`is cancelled by the abort signal, ${question.message}`, async () => {
      const program = asking([question], `process.on('SIGTERM', () => controller.abort())`)
      const seen = await converse(program, [[/: $/, pid => process.kill(pid, 'SIGTERM')]])
      assert.deepEqual(seen.results, cancelled)
      assert.equal(seen.status, 0)
      assert.equal(seen.modes[0], seen.modes[1])
    })
  }

  test('asks nothing when it is aborted already', async () => {
    const seen = await converse(asking([secret], 'controller.abort()'), [])
    assert.deepEqual(seen.results, cancelled)
    assert.equal(seen.screen, '')
  })

  test('hides a secret also after it was stopped', { skip: process.platform !== 'linux' }, async () => {
    const stop = async (pid: number, terminal: IPty) => {
      const device = readlinkSync(`/proc/${terminal.pid}/fd/0`)
      process.kill(pid, 'SIGSTOP')
      spawnSync('stty', ['-F', device, 'sane'])
      process.kill(pid, 'SIGCONT')
      const hidden = () => spawnSync('stty', ['-F', device, '-a'], { encoding: 'utf8' }).stdout.includes('-icanon')
      for (let looks = 0; looks < 1000 && !hidden(); looks++);
      terminal.write('hidden\r')
    }
    const seen = await converse(asking([secret]), [[/: $/, stop]])
    assert.deepEqual(seen.results, ['hidden'])
    assert.equal(seen.screen, 'Passphrase: \r\n')
  })

  test('says so when there is no terminal', async () => {
    const child = spawnProcess(process.execPath, asking([secret]), {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const exit = once(child, 'exit')
    assert.deepEqual(JSON.parse(await text(child.stdout)), [
      { code: 'ERR_PROMPT_UNAVAILABLE', message: 'there is no terminal to ask on' },
    ])
    await exit
  })

  test('names its lock after the terminal', async () => {
    const steps: Step[] = [
      [/e: $/, '1\r'],
      [/code: $/, '2\r'],
    ]
    const program = asking([secret, open])
    const [one, other] = await Promise.all([converse(program, steps), converse(program, steps)])
    assert.match(one.locks[0] ?? '', /^terminal:[1-9]\d*$/)
    assert.equal(one.locks[0], one.locks[1])
    assert.notEqual(one.locks[0], other.locks[0])
  })
})
