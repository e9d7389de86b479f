import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, closeSync, copyFileSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { spawn as spawnTerminal } from '@lydell/node-pty'
import { findProgram, searchIn } from './find-program.ts'

const linux = process.platform === 'linux'
const start = JSON.stringify(new URL('./start-program.ts', import.meta.url).href)
const end = JSON.stringify(new URL('./program-end.ts', import.meta.url).href)

/** The two ways in which a program is run. */
const modes = [
  { mode: 'in our place', mustStay: false },
  { mode: 'as our child', mustStay: true },
]

/** Arguments for Node that make it run a program through us, after running `prelude`. */
function running(mustStay: boolean, file: string, args: readonly string[] = [], prelude = ''): string[] {
  const script = `
    import { startProgram } from ${start}
    import { endLike } from ${end}
    ${prelude}
    const [file, ...args] = process.argv.slice(1)
    try {
      endLike(await startProgram(file, [file, ...args], process.env, ${mustStay}))
    } catch (error) {
      console.error(error.code, error.message)
      process.exit(error.facts.exitCode)
    }`
  return ['--conditions=@aws-vault/source', '--input-type=module', '--eval', script, '--', file, ...args]
}

function run(mustStay: boolean, file: string, args: readonly string[] = [], prelude = '') {
  return spawnSync(process.execPath, running(mustStay, file, args, prelude), { encoding: 'utf8' })
}

function shell(mustStay: boolean, script: string, prelude = '') {
  return run(mustStay, '/bin/sh', ['-c', script], prelude)
}

/** Resolves when the program has said `wanted`. */
function says(child: ChildProcess, wanted: string): Promise<void> {
  let output = ''
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', chunk => {
      output += chunk
      if (output.includes(wanted)) resolve()
    })
    child.once('exit', () => reject(new Error(`"${wanted}" was not said, but: ${output}`)))
  })
}

describe('a program', { skip: process.platform === 'win32', timeout: 60_000 }, () => {
  let root = ''
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'start-program-'))
  })
  after(() => rmSync(root, { recursive: true }))

  const executable = (name: string, content: string | Buffer) => {
    const file = join(root, name)
    writeFileSync(file, content)
    chmodSync(file, 0o755)
    return file
  }

  for (const { mode, mustStay } of modes) {
    describe(mode, () => {
      test('passes its exit code on', () => assert.equal(shell(mustStay, 'exit 7').status, 7))

      for (const signal of ['TERM', 'KILL', 'INT', 'HUP', 'USR1', 'PIPE']) {
        test(`passes its death by SIG${signal} on`, () => {
          assert.equal(shell(mustStay, `kill -${signal} $$`).signal, `SIG${signal}`)
        })
      }

      test('gets its arguments unchanged', () => {
        const args = ['two words', '', '"', "'", '$HOME `x` \\', 'ä€😀', 'line\nline', '-n', '--', '*', '%']
        const print = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))'
        const { stdout } = run(mustStay, process.execPath, ['--eval', print, '--', ...args])
        assert.deepEqual(JSON.parse(stdout), args)
      })

      test('gets the environment unchanged', () => {
        const { stdout } = spawnSync(process.execPath, running(mustStay, '/usr/bin/env'), {
          encoding: 'utf8',
          env: { 'BASH_FUNC_greet%%': '() { echo; }', WORD: 'ä b' },
        })
        assert.deepEqual(stdout.trimEnd().split('\n').sort(), ['BASH_FUNC_greet%%=() { echo; }', 'WORD=ä b'])
      })

      test('has the name by which it was called', { skip: !linux }, () => {
        const { stdout } = run(mustStay, '/bin/sh', ['-c', 'tr "\\0" " " </proc/$$/cmdline'])
        assert.match(stdout, /^\/bin\/sh -c/)
      })

      test('has no signal ignored or blocked', { skip: !linux }, () => {
        const { stdout } = run(mustStay, findProgram('grep', searchIn(process.env)), [
          '-E',
          'Sig(Ign|Blk)',
          '/proc/self/status',
        ])
        assert.deepEqual(stdout.match(/[0-9a-f]{16}/g), ['0000000000000000', '0000000000000000'])
      })

      test('ends when nobody reads on', () => {
        const node = running(mustStay, '/bin/sh', ['-c', 'while echo y; do :; done; echo went on >&2'])
        const { stderr, stdout } = spawnSync('/bin/sh', ['-c', '"$0" "$@" | head -n 1', process.execPath, ...node], {
          encoding: 'utf8',
        })
        assert.deepEqual([stdout, stderr], ['y\n', ''])
      })

      const touched =
        'for (const stream of [process.stdin, process.stdout, process.stderr]) stream.on("error", () => {})'

      test('has pipes that block, also when we looked at ours', { skip: !linux }, () => {
        const { stdout } = shell(mustStay, 'for i in 0 1 2; do grep flags /proc/$$/fdinfo/$i; done', touched)
        const flags = stdout.match(/\d+/g)?.map(octal => Number.parseInt(octal, 8) & 0o4000)
        assert.deepEqual(flags, [0, 0, 0])
      })

      test('has a terminal that blocks and is cooked, also when we used ours', { skip: !linux }, async () => {
        const raw = `${touched}; process.stdin.setRawMode(true)`
        const script = 'for i in 0 1 2; do grep flags /proc/$$/fdinfo/$i; done; stty -a'
        const terminal = spawnTerminal(
          process.execPath,
          running(mustStay, '/bin/sh', ['-c', script], mustStay ? touched : raw),
          {},
        )
        let output = ''
        terminal.onData(data => {
          output += data
        })
        await new Promise(resolve => terminal.onExit(resolve))
        const flags = [...output.matchAll(/flags:\s*(\d+)/g)].map(
          ([, octal]) => Number.parseInt(octal ?? '', 8) & 0o4000,
        )
        assert.deepEqual(flags, [0, 0, 0])
        assert.match(output, / icanon/)
        assert.match(output, / echo /)
      })

      test('has the files that we were given', () => {
        const file = join(root, 'given')
        writeFileSync(file, 'from a file')
        const child = spawnSync(process.execPath, running(mustStay, '/bin/sh', ['-c', 'cat <&3; cat <&4']), {
          stdio: ['ignore', 'pipe', 'inherit', openSync(file, 'r'), openSync(file, 'r')],
          encoding: 'utf8',
        })
        assert.equal(child.stdout, 'from a filefrom a file')
      })

      test('may be a script without #!', () => {
        const file = executable('plain', 'echo "$0 $# $1"; exit 3\n')
        const { stdout, status } = run(mustStay, file, ['a b', 'c'])
        assert.equal(stdout, `${file} 2 a b\n`)
        assert.equal(status, 3)
      })

      test('may be empty', () => assert.equal(run(mustStay, executable('empty', '')).status, 0))

      test('may be a script of a script', () => {
        const interpreter = executable('interpreter', '#!/bin/sh\necho "$# $1"\n')
        const file = executable('interpreted', `#!${interpreter}\n`)
        assert.equal(run(mustStay, file).stdout, `1 ${file}\n`)
      })

      test('with a missing interpreter is an error', () => {
        const { status, stderr } = run(mustStay, executable('orphan', '#!/no/such/interpreter\n'))
        assert.equal(status, 126)
        assert.match(stderr, /^ERR_EXEC_INTERPRETER cannot run .*orphan: it needs \/no\/such\/interpreter/)
      })

      test('of an unknown format does not bring us down', () => {
        const { status, signal } = run(mustStay, executable('foreign', Buffer.from('MZ\0\0exit 0')))
        assert.equal(signal, null)
        assert.notEqual(status, 0)
      })

      test('with too large an environment is an error', () => {
        const { status, stderr } = shell(mustStay, 'exit 0', `process.env.LARGE = 'x'.repeat(9_000_000)`)
        assert.equal(status, 126)
        assert.match(stderr, /^ERR_EXEC_FAILED cannot run \/bin\/sh: argument list too long/)
      })

      for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGINT', 'SIGQUIT'] as const) {
        test(`gets a ${signal} that is sent to us`, async () => {
          const script = `trap 'echo got it; exit 5' ${signal.slice(3)}; echo ready; while :; do read line; done`
          // A process group of its own, so that no terminal has anything to do with it.
          const child = spawn(process.execPath, running(mustStay, '/bin/sh', ['-c', script]), {
            stdio: ['pipe', 'pipe', 'inherit'],
            detached: true,
          })
          const exit = once(child, 'exit')
          await says(child, 'ready')
          child.kill(signal)
          // Some shells see the signal only when `read` has a line; others have ended by now.
          child.stdin?.on('error', () => {}).end('\n')
          assert.deepEqual(await exit, [5, null])
        })
      }

      test('gets Ctrl-C once', async () => {
        const mark = JSON.stringify(join(root, `interrupted ${mode}`))
        const program = `
          let count = 0
          process.on('SIGINT', () => {
            fs.writeFileSync(${mark}, '')
            console.log('interrupt ' + ++count)
          })
          process.on('SIGTERM', () => { console.log('count ' + count); process.exit(6) })
          setInterval(() => {}, 1000)
          console.log('ready')`
        // Two signals at the same time would be seen as one: we look at ours when the program has seen its own.
        const waiting = `
          import { existsSync } from 'node:fs'
          process.on('SIGINT', () => { while (!existsSync(${mark})); })`
        const node = running(mustStay, process.execPath, ['--eval', program], waiting)
        const terminal = spawnTerminal(process.execPath, node, {})
        let output = ''
        terminal.onData(data => {
          output += data
          if (/ready\r\n$/.test(output)) terminal.write('\x03')
          // Handed on after the interrupt was, if that was.
          if (/interrupt 1\r\n$/.test(output)) process.kill(terminal.pid, 'SIGTERM')
        })
        const { exitCode } = await new Promise<{ exitCode: number }>(resolve => terminal.onExit(resolve))
        assert.match(output, /count 1\r\n$/)
        assert.equal(exitCode, 6)
      })
    })
  }

  test('in our place is the same process, without any of ours left', async () => {
    const child = spawn(process.execPath, running(false, '/bin/sh', ['-c', 'echo $$']))
    assert.equal(Number(await text(child.stdout)), child.pid)
  })

  test('as our child is another process', async () => {
    const child = spawn(process.execPath, running(true, '/bin/sh', ['-c', 'echo $$ $PPID']))
    const [own, parent] = (await text(child.stdout)).split(' ').map(Number)
    assert.notEqual(own, child.pid)
    assert.equal(parent, child.pid)
  })

  test('as our child dies of SIGSEGV without a core file of ours', () => {
    const { status, signal } = shell(true, 'kill -SEGV $$')
    assert.deepEqual([status, signal], [128 + 11, null])
  })
})

test('a program that is open for writing is an error like others, and no abort', {
  skip: process.platform !== 'linux' && 'Linux alone refuses it',
}, () => {
  const directory = mkdtempSync(join(tmpdir(), 'start-program-'))
  const file = join(directory, 'busy')
  copyFileSync('/bin/true', file)
  const descriptor = openSync(file, 'a')
  try {
    const { status, stderr } = spawnSync(process.execPath, running(false, file, []), { encoding: 'utf8' })
    assert.equal(status, 126)
    assert.match(stderr, /^ERR_EXEC_FAILED cannot run .*busy/)
  } finally {
    closeSync(descriptor)
    rmSync(directory, { recursive: true })
  }
})
