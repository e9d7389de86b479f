// The suites find the faults that they are for, and none in parts that are right.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { PromptCancelledError } from '@aws-vault/plugin-sdk'
import { testContext } from '@aws-vault/plugin-sdk/testkit'

const expected: Record<string, readonly string[]> = {
  'keyring right': [],
  'keyring removes quietly': [
    'removes an item, and says whether there was one',
    'shows each opened keyring what another one does',
  ],
  'keyring folds case': [
    'takes a key with percent signs',
    'takes a key with the form of a session',
    'takes a key with the form of a session without MFA',
    'tells keys apart by case',
  ],
  'keyring keeps text only': ['stores every byte'],
  'keyring keeps data only': ['keeps label and description', 'keeps further members'],
  'keyring takes paths apart': [
    'takes a key with a slash',
    'takes a key with dots that lead up',
    'takes a key with a path from the root',
    'takes a key with the form of an SSO token',
  ],
  'keyring hides dots': ['takes a key with a leading dot'],
  'keyring closes once': ['holds what was stored when it is opened again', 'may be closed twice'],
  'keyring forgets on close': ['holds what was stored when it is opened again'],
  'keyring chatty': ['logs no secret'],
  'keyring with deviations': ['has deviations only from cases that exist'],
  'exposure right': [],
  'exposure leaves an empty token': ['gives long-lived keys no variable of a session'],
  'exposure gives numbers': [
    'gives an environment of names and texts',
    'gives an environment that a program sees as it is',
    'leaves nothing of earlier credentials behind',
  ],
  'exposure closes once': ['may be closed twice'],
  'exposure chatty': ['logs no secret'],
  'provider right': [],
  'provider without a secret': ['gives a session'],
  'provider with an empty token': ['gives a session'],
  'provider without an end': ['gives a session'],
  'provider past its end': ['gives a session'],
  'provider without a date': ['gives a session'],
  'provider chatty': ['gives a session'],
  'provider asking': ['gives a session'],
  'provider with a plain error': ['fails when refused'],
  'provider with a long error': ['fails when refused'],
  'provider with a telling error': ['fails when refused'],
  'provider with a telling cause': ['fails when refused'],
  'provider with telling facts': ['fails when refused'],
}

describe('the conformance suites', () => {
  const { found, output } = runFaultyParts()

  for (const [suite, cases] of Object.entries(expected)) {
    it(`${suite}: ${cases.length === 0 ? 'no fault' : cases.join(', ')}`, () => {
      const failed = found.get(suite)
      // Whoever fails to close may fail wherever a keyring is closed.
      if (suite.endsWith('closes once'))
        assert.ok(
          cases.every(name => failed?.includes(name)),
          `${failed}`,
        )
      else assert.deepEqual(failed, cases)
    })
  }

  it('notice a keyring that asks when it is opened', () => {
    assert.ok(found.get('keyring asks')?.includes('opens without asking'))
  })

  it('report deviations with their reason', () => {
    assert.match(output, /ok \d+ - stores 100 KB # SKIP for a reason/)
  })

  it('repeat no secret in their own messages', () => {
    assert.doesNotMatch(output, /wJalrXUtnFEMI|123456/)
  })
})

describe('the test context', () => {
  it('answers in order, throws errors, and fails beyond', async () => {
    const context = testContext({ answers: ['one', new PromptCancelledError()] })
    const ask = (message: string) => context.ask({ message, secret: true })
    assert.equal(await ask('1'), 'one')
    await assert.rejects(ask('2'), { code: 'ERR_PROMPT_CANCELLED' })
    await assert.rejects(ask('3'), /unexpected question: 3/)
    assert.deepEqual(
      context.questions.map(({ message }) => message),
      ['1', '2', '3'],
    )
  })

  it('has a clock that stands still', () => {
    const { clock } = testContext({ now: 1000 })
    assert.equal(clock.now(), 1000)
    clock.advance(500)
    assert.equal(clock.now(), 1500)
  })

  it('lets one at a time have a lock', async () => {
    const name = `testkit ${crypto.randomUUID()}`
    let inside = 0
    let most = 0
    await Promise.all(
      Array.from({ length: 10 }, () =>
        testContext().withLock(name, async () => {
          most = Math.max(most, ++inside)
          await new Promise(resolve => setImmediate(resolve))
          inside--
        }),
      ),
    )
    assert.equal(most, 1)
  })

  it('frees a lock whose task failed, and stops waiting for one when told to', async () => {
    const name = `testkit ${crypto.randomUUID()}`
    const aborter = new AbortController()
    await assert.rejects(
      testContext().withLock(name, async () => {
        const waiting = testContext({ signal: aborter.signal }).withLock(name, async () =>
          assert.fail('it got the lock'),
        )
        aborter.abort()
        await assert.rejects(waiting, { name: 'AbortError' })
        throw new Error('failed')
      }),
      /failed/,
    )
    assert.equal(await testContext().withLock(name, async () => 'free'), 'free')
  })

  it('frees the lock of a killed process', async () => {
    const name = `testkit ${crypto.randomUUID()}`
    const code = `
      import { testContext } from '@aws-vault/plugin-sdk/testkit'
      await testContext().withLock(${JSON.stringify(name)}, async () => process.kill(process.pid, 'SIGKILL'))`
    const child = runNode(['--input-type=module', '-e', code])
    assert.equal(child.signal, 'SIGKILL', child.stderr)
    assert.equal(await testContext().withLock(name, async () => 'free'), 'free')
  })
})

/** Runs the suites on faulty parts: the cases that failed, by suite. */
function runFaultyParts(): { found: ReadonlyMap<string, readonly string[]>; output: string } {
  const { stdout } = runNode(['--test-reporter=tap', fileURLToPath(new URL('./faulty-parts.ts', import.meta.url))])
  const found = new Map<string, string[]>()
  let failed: string[] = []
  for (const line of stdout.split('\n')) {
    const [, suite] = /^# Subtest: (.+)$/.exec(line) ?? []
    const [, name] = /^ {4}not ok \d+ - (.+)$/.exec(line) ?? []
    if (suite !== undefined) {
      failed = []
      found.set(suite, failed)
    }
    if (name !== undefined) failed.push(name)
  }
  return { found, output: stdout }
}

function runNode(parameters: readonly string[]) {
  // Without the variable by which the test runner makes a process report to it.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const flags = process.execArgv.filter(argument => argument.startsWith('--conditions='))
  const cwd = fileURLToPath(new URL('.', import.meta.url))
  return spawnSync(process.execPath, [...flags, ...parameters], { cwd, env, encoding: 'utf8' })
}
