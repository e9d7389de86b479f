import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, test } from 'node:test'

const module = JSON.stringify(new URL('./run-program.ts', import.meta.url).href)

/** Runs a program through us in another process; `exposed` is an expression. */
function run(name: string, args: readonly string[], exposed: string) {
  const script = `
    import { runProgram } from ${module}
    const [name, ...args] = process.argv.slice(1)
    const environment = { PATH: process.env.PATH, WORD: 'given' }
    try {
      await runProgram({ name, arguments: args, environment, exposed: ${exposed} })
    } catch (error) {
      console.log(error.code)
      process.exit(error.facts.exitCode)
    }`
  const options = ['--conditions=@aws-vault/source', '--input-type=module', '--eval', script, '--']
  const { stdout, status, signal } = spawnSync(process.execPath, [...options, name, ...args], { encoding: 'utf8' })
  return { stdout, status, signal }
}

const closing = `{ close: async () => console.log('closed') }`

describe('runProgram', { skip: process.platform === 'win32' }, () => {
  test('finds the program in PATH, and gives it its arguments and environment', () => {
    assert.deepEqual(run('sh', ['-c', 'echo "$WORD $1"', 'sh', 'a b'], '{}'), {
      stdout: 'given a b\n',
      status: 0,
      signal: null,
    })
  })

  test('closes what served the credentials when the program has ended, and ends like it', () => {
    assert.deepEqual(run('sh', ['-c', 'echo running; exit 5'], closing), {
      stdout: 'running\nclosed\n',
      status: 5,
      signal: null,
    })
    assert.deepEqual(run('sh', ['-c', 'kill -TERM $$'], closing), {
      stdout: 'closed\n',
      status: null,
      signal: 'SIGTERM',
    })
  })

  test('closes it also when there is no such program', () => {
    assert.deepEqual(run('no-such-program', [], closing), {
      stdout: 'closed\nERR_EXEC_NOT_FOUND\n',
      status: 127,
      signal: null,
    })
  })

  test('ends like the program also when closing fails', () => {
    const { status } = run('sh', ['-c', 'exit 5'], `{ close: async () => { throw new Error('no') } }`)
    assert.equal(status, 5)
  })
})
