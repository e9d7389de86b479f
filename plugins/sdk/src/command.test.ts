import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it, mock } from 'node:test'
import { fileURLToPath } from 'node:url'
import { commandOutput, commandProfiles } from './command.ts'
import { testContext } from './testkit/context.ts'
import { shownBy } from './testkit/secrets.ts'

const directory = mkdtempSync(join(tmpdir(), 'aws-vault-command-'))
after(() => rmSync(directory, { recursive: true }))

const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const commandOf = (line: string) => ({ line, setting: 'credential_process', profile: 'dev' })
const run = (line: string, context = testContext()) => commandOutput(commandOf(line), context)

/** A command that runs a script of Node's. */
function node(script: string): string {
  const file = join(directory, `${crypto.randomUUID()}.cjs`)
  writeFileSync(file, script)
  return `"${process.execPath}" "${file}"`
}

describe('a command of the user', () => {
  it('is a line of shell', async () => {
    assert.equal((await run('echo one && echo two')).replaceAll(/\s+/g, ' '), 'one two ')
  })

  it('gives all that it prints, as text', async () => {
    const output = await run(node(`process.stdout.write('ü'.repeat(200_000))`))
    assert.equal(output, 'ü'.repeat(200_000))
  })

  const fails: readonly [name: string, line: string, says: RegExp][] = [
    ['ends with an exit code', node(`console.log('${secret}'); process.exitCode = 7`), /ended with exit code 7$/],
    [
      'prints without end',
      node(`try { for (;;) require('node:fs').writeSync(1, 'x'.repeat(65536)) } catch {}`),
      /more than a megabyte$/,
    ],
  ]
  for (const [name, line, says] of fails) {
    it(`that ${name} has failed, and nothing of it is shown`, async () => {
      await assert.rejects(run(`${line} ${secret}`), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'ERR_COMMAND_FAILED')
        assert.match(error.message, /^the credential_process of profile "dev" /)
        assert.match(error.message, says)
        assert.equal(shownBy(error).includes(secret), false)
        return true
      })
    })
  }

  it('that is killed has failed', { skip: process.platform === 'win32' }, async () => {
    await assert.rejects(run('kill -KILL $$'), /was ended by SIGKILL$/)
  })

  it('that takes too long is ended, and all that it has started', { skip: process.platform === 'win32' }, async () => {
    mock.timers.enable({ apis: ['setTimeout'] })
    try {
      // Each end of the pipe tells its id on a FIFO, which is at its end when the last of them is gone.
      const fifo = join(directory, 'fifo')
      spawnSync('mkfifo', [fifo])
      const waits = node(`require('node:fs').writeSync(3, process.pid + ' '); setInterval(() => {}, 1000)`)
      const failed = assert.rejects(run(`(${waits} | ${waits}; true) 3> '${fifo}'`), /took longer than 5 minutes$/)
      const told = createReadStream(fifo, 'utf8')
      let said = ''
      for await (const text of told) {
        said += text
        if (said.trim().split(' ').length === 2) mock.timers.tick(5 * 60_000)
      }
      await failed
    } finally {
      mock.timers.reset()
    }
  })

  it('is not started when we are to end', async () => {
    const aborter = new AbortController()
    aborter.abort(new Error('interrupted'))
    await assert.rejects(run('exit 1', testContext({ signal: aborter.signal })), /interrupted/)
  })

  it('sees our environment, and for which profiles it runs', async () => {
    const line = node('console.log(process.env.AWS_VAULT_COMMANDS_OF, process.env.HELLO)')
    // A process of its own, with an environment of its own.
    const script = `import { commandOutput } from ${JSON.stringify(fileURLToPath(new URL('command.ts', import.meta.url)))}
      const signal = new AbortController().signal
      process.stdout.write(await commandOutput(${JSON.stringify(commandOf(line))}, { signal }))`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, HELLO: 'hello', AWS_VAULT_COMMANDS_OF: '["outer"]' },
      encoding: 'utf8',
    })
    assert.equal(stdout, '["outer","dev"] hello\n')
  })

  it('tells nobody anything by a variable that is none of ours', () => {
    for (const text of [undefined, '', 'dev', '{}', '"dev"', '[1]']) {
      assert.deepEqual(commandProfiles({ AWS_VAULT_COMMANDS_OF: text }), [])
    }
  })
})
