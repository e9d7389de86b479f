/** `vault_confirm`: nothing is called, and nothing handed out, before a person agreed. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RUN } from './support/sandbox.ts'
import { roleArn, type Scene, setScene } from './support/scene.ts'
import { Terminal } from './support/terminal.ts'

const config = (guard: string, more = ''): string => `[profile work]
region = eu-west-1
vault_confirm = ${guard}
[profile role]
source_profile = work
role_arn = ${roleArn('reader')}
${more}`

/** Runs the program in a terminal and says what is typed when it asks. */
async function inTerminal({ sandbox }: Scene, args: readonly string[], answer?: string) {
  using terminal = new Terminal(sandbox, args)
  if (answer !== undefined)
    await terminal.answer(/Hand out credentials of profile "\w+" to [^?]+\? \(y\|N\) /, `${answer}\r`)
  return await terminal.ended
}

describe('a guarded profile', { skip: process.platform === 'win32' && 'needs a terminal' }, () => {
  for (const args of [
    ['exec', 'work', '--', 'true'],
    ['exec', 'work', '--no-session', '--', 'true'],
    ['exec', 'work', '--ecs-server', '--', 'true'],
    ['exec', 'work', '--json'],
    ['export', 'work', '--format', 'json'],
    ['exec', 'role', '--', 'true'],
    ['login', 'role', '--stdout'],
    ['server', 'start', 'work'],
    ['server', 'start', 'work', '--detach'],
  ]) {
    for (const guard of ['always', 'session']) {
      it(`gives nothing to whoever cannot be asked: ${args.join(' ')}, ${guard}`, async () => {
        await using scene = await setScene({ config: config(guard) })
        const { stderr, stdout } = await scene.sandbox.fails(args)
        assert.match(stderr, /is guarded \(vault_confirm\), and nobody can be asked: there is no terminal to ask on/)
        assert.equal(stdout, '')
        assert.deepEqual(scene.calls(), [])
      })
    }
  }

  it('is asked for each time with always, also where a session is cached', async () => {
    await using scene = await setScene({ config: config('always') })
    for (const _ of [1, 2]) assert.equal((await inTerminal(scene, ['exec', 'work', '--', 'true'], 'y')).code, 0)
    assert.equal(scene.calls().length, 1)
    await scene.sandbox.fails(['exec', 'work', '--', 'true'])
  })

  it('is asked for once with session, and again for another session', async () => {
    await using scene = await setScene({ config: config('session') })
    const { code, screen } = await inTerminal(scene, ['exec', 'work', '--', 'true'], 'yes')
    assert.equal(code, 0)
    assert.match(screen, /to true \(asked for by .+\), and to whoever asks for them as long as this session lives\?/)
    await scene.sandbox.ok(['exec', 'work', '--', 'true'])
    await scene.sandbox.fails(['exec', 'work', '--refresh', '--', 'true'])
    await scene.sandbox.fails(['exec', 'role', '--', 'true'])
    await scene.sandbox.ok(['clear', 'work'])
    await scene.sandbox.fails(['exec', 'work', '--', 'true'])
    assert.equal(scene.calls().length, 1)
  })

  it('does not give a session that was made before it was guarded', async () => {
    await using scene = await setScene({ config: config('never') })
    await scene.sandbox.ok(['exec', 'work', '--', 'true'])
    scene.sandbox.config(config('session'))
    await scene.sandbox.fails(['exec', 'work', '--', 'true'])
    assert.equal((await inTerminal(scene, ['exec', 'work', '--', 'true'], 'y')).code, 0)
    await scene.sandbox.ok(['exec', 'work', '--', 'true'])
    assert.equal(scene.calls().length, 1, 'the session itself is good')
  })

  for (const answer of ['', 'n', 'no', 'yeah', '\x04']) {
    it(`takes ${JSON.stringify(answer)} for a no`, async () => {
      await using scene = await setScene({ config: config('always') })
      const { code, screen } = await inTerminal(scene, ['export', 'work'], answer)
      assert.equal(code, 1)
      assert.match(screen, /were not handed out: nobody agreed/)
      assert.deepEqual(scene.calls(), [])
    })
  }

  for (const [args, recipient] of [
    [['export', 'work'], 'whoever reads what aws-vault export prints'],
    [['login', 'role', '--stdout'], 'the AWS console'],
    [['server', 'start', 'work'], 'every program that has the address of a server'],
  ] as const) {
    it(`says who would get them: ${args.join(' ')}`, async () => {
      await using scene = await setScene({ config: config('always') })
      const { screen } = await inTerminal(scene, args, 'n')
      assert.ok(screen.includes(`to ${recipient} (asked for by `), screen)
    })
  }

  it('is guarded on the way of a credential_process, too', async () => {
    await using scene = await setScene({
      config: config(
        'always',
        `[profile other]\ncredential_process = "${process.execPath}" "${RUN}" export --format json work\n`,
      ),
    })
    const { stderr } = await scene.sandbox.fails(['exec', 'other', '--', 'true'])
    assert.match(stderr, /is guarded \(vault_confirm\)/)
    assert.deepEqual(scene.calls(), [])
  })

  it('says so in --explain', async () => {
    await using scene = await setScene({ config: config('session') })
    const { stdout } = await scene.sandbox.ok(['exec', 'role', '--explain'])
    assert.match(
      stdout,
      /^Guard: a person has to agree before .* once for each session \(profile work\) \(.*config:3 /m,
    )
    const { confirm } = JSON.parse((await scene.sandbox.ok(['exec', 'role', '--explain', '--json'])).stdout)
    assert.equal(confirm.when, 'session')
  })

  it('is refused with a value that is none', async () => {
    await using scene = await setScene({ config: config('sometimes') })
    const { stderr } = await scene.sandbox.fails(['exec', 'work', '--', 'true'])
    assert.match(stderr, /vault_confirm at .*config:3.* is not valid: expected always, session or never/)
  })
})
