/** Renewing the credentials of a shell that exec has started, in the shells that people use. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PASSPHRASE, RUN } from '../support/sandbox.ts'
import { roleArn, type Scene, setScene } from '../support/scene.ts'
import { Terminal } from '../support/terminal.ts'

const av = `'${process.execPath}' '${RUN}'`

/** Runs a script under exec, and gives the lines that it printed. The passphrase is given back to it, as an agent would. */
async function under({ sandbox }: Scene, args: readonly string[], [shell = '', ...words]: readonly string[]) {
  const again = { AGAIN: PASSPHRASE }
  const { stdout, stderr } = await sandbox.ok(['exec', ...args, '--', shell, ...words], { env: again })
  return { lines: stdout.trimEnd().split('\n'), stderr }
}

const posix = (refresh: string): string => `
before=$AWS_ACCESS_KEY_ID
AWS_VAULT_FILE_PASSPHRASE=$AGAIN; export AWS_VAULT_FILE_PASSPHRASE
eval "$(${av} refresh ${refresh})"
echo "$before"; echo "$AWS_ACCESS_KEY_ID"; echo "$AWS_CREDENTIAL_EXPIRATION"; echo "\${AWS_SESSION_TOKEN:+token}"
[ "$AWS_SESSION_TOKEN" = "$AWS_SECURITY_TOKEN" ] && printenv AWS_ACCESS_KEY_ID`

const fish = `
set before $AWS_ACCESS_KEY_ID
set -gx AWS_VAULT_FILE_PASSPHRASE $AGAIN
${av} refresh --force | source
echo $before; echo $AWS_ACCESS_KEY_ID; echo $AWS_CREDENTIAL_EXPIRATION; set -q AWS_SESSION_TOKEN; and echo token
test "$AWS_SESSION_TOKEN" = "$AWS_SECURITY_TOKEN"; and printenv AWS_ACCESS_KEY_ID`

describe('refresh', { timeout: 60_000 }, () => {
  for (const [shell, args] of [
    ['sh', ['-c', posix('--force')]],
    ['bash', ['-c', posix('--force')]],
    ['zsh', ['-f', '-c', posix('--force')]],
    ['fish', ['--no-config', '-c', fish]],
  ] as const) {
    test(`in ${shell}: new credentials, for it and its children`, async () => {
      await using scene = await setScene()
      scene.sandbox.env.SHELL = `/usr/bin/${shell}`
      const { lines } = await under(scene, ['work'], [shell, ...args])
      const [first, second] = scene.aws.calls.map(({ issued }) => issued)
      assert.ok(first !== second)
      assert.deepEqual([lines[0], lines[1], lines[3], lines[4]], [first, second, 'token', second])
      assert.ok(Date.parse(lines[2] ?? '') > Date.now())
    })
  }

  test('without --force, the cached session is taken while it lives long enough', async () => {
    await using scene = await setScene()
    const kept = await under(scene, ['work'], ['sh', '-c', posix('')])
    assert.equal(kept.lines[0], kept.lines[1])
    const renewed = await under(scene, ['work'], ['sh', '-c', posix('--min-ttl 2h')])
    assert.notEqual(renewed.lines[0], renewed.lines[1])
    assert.equal(scene.calls().length, 2)
  })

  test('what exec was asked for counts again: nothing is renewed with more rights or for longer', async () => {
    const config = `[profile work]\nregion=eu-west-1\n[profile admin]\nsource_profile=work\nrole_arn=${roleArn('admin')}\n`
    await using scene = await setScene({ config })
    const policy = scene.sandbox.write('policy.json', '{"Version":"2012-10-17","Statement":[]}')
    const flags = ['--read-only', '--policy', 'policy.json', '-d', '40m', '--region', 'eu-north-1']
    const script = `cd / && ${posix('--force')}`
    await under(scene, ['admin', ...flags], ['sh', '-c', script])
    const [one, other] = scene.aws.calls
    assert.equal(scene.aws.calls.length, 2)
    assert.deepEqual(other?.parameters, one?.parameters)
    assert.ok(policy)
  })

  test('a role of the environment, which exec clears, counts again too', async () => {
    await using scene = await setScene()
    scene.sandbox.env.AWS_ROLE_ARN = roleArn('reader')
    const { lines } = await under(scene, ['work'], ['sh', '-c', posix('--force')])
    assert.deepEqual(new Set(scene.calls()), new Set(['AssumeRole by alice']))
    assert.equal(lines[1], scene.aws.calls.at(-1)?.issued)
  })

  test('the note of exec is there only where there were flags, holds no secret, and does not reach another exec', async () => {
    await using scene = await setScene()
    assert.equal((await scene.sandbox.environmentUnder(['work'])).AWS_VAULT_REFRESH, undefined)
    const environment = await scene.sandbox.environmentUnder(['work', '-d', '1h', '-t', '123456', '--refresh'])
    assert.equal(environment.AWS_VAULT_REFRESH, '{"args":["--duration=1h"],"env":{}}')
    const inner = await scene.sandbox.environmentUnder(['work'], { env: { AWS_VAULT_REFRESH: 'of another' } })
    assert.equal(inner.AWS_VAULT_REFRESH, undefined)
  })

  test('a note that is not ours stops it: without it, it could give more', async () => {
    await using scene = await setScene()
    const { stderr } = await scene.sandbox.fails(['refresh'], 1, {
      env: { AWS_VAULT: 'work', AWS_VAULT_REFRESH: '{"args":7}' },
    })
    assert.match(stderr, /AWS_VAULT_REFRESH is not as aws-vault exec has set it/)
  })

  test('outside of exec there is nothing to renew; with a server, it renews by itself', async () => {
    await using scene = await setScene()
    assert.match((await scene.sandbox.fails(['refresh'])).stderr, /no credentials of aws-vault exec[\s\S]*exec PROFILE/)
    const { lines, stderr } = await under(scene, ['work', '--ecs-server'], ['sh', '-c', `${av} refresh; echo end`])
    assert.deepEqual(lines, ['end'])
    assert.match(stderr, /come from a server, which renews them by itself/)
  })

  test('the passphrase that exec took away is asked for in the terminal, though stdout is read by the shell', async () => {
    await using scene = await setScene()
    const script = `before=$AWS_ACCESS_KEY_ID; eval "$(${av} refresh --force)"; [ "$before" != "$AWS_ACCESS_KEY_ID" ] && echo other`
    using terminal = new Terminal(scene.sandbox, ['exec', 'work', '--', 'bash', '-c', script])
    await terminal.answer(/passphrase.*: $/i, `${PASSPHRASE}\r`)
    await terminal.sees(/other/)
    assert.equal((await terminal.ended).code, 0)
  })
})
