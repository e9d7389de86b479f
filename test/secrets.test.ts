/**
 * No secret is in any output, also with --debug: no secret key, session token, passphrase or MFA secret, in no form. What
 * `export` and a program under `exec` print on stdout is meant. The sandbox looks at the output of every run; here every
 * failure and every command is run with --debug.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AWS_FAILURES, CONFIG_FAILURES, type Failure, VAULT_FAILURES } from './support/failures.ts'
import { KEYS, PASSPHRASE, Sandbox } from './support/sandbox.ts'
import { ALICE_MFA, mfaProcess, roleArn, setScene } from './support/scene.ts'

const work = '[profile work]\nregion = eu-west-1\n'

const withDebug = ([command = '', ...args]: readonly string[]): string[] => [command, '--debug', ...args]

describe('secrets', { concurrency: 4 }, () => {
  for (const failure of [...AWS_FAILURES, ...CONFIG_FAILURES, ...VAULT_FAILURES]) {
    test(`${failure.name}: with --debug no secret is shown`, () => assertQuiet(failure))
  }

  test('all commands, from add to remove: with --debug no secret is shown', async () => {
    await using scene = await setScene({ config: '', keys: [] })
    const { sandbox, aws } = scene
    const { command } = mfaProcess(sandbox, [aws.mfaCode(ALICE_MFA)])
    sandbox.config(`${work}mfa_serial = ${ALICE_MFA}\nmfa_process = ${command}
[profile admin]\nsource_profile = work\nrole_arn = ${roleArn('guarded')}\nregion = eu-west-1\n`)
    const run = async (args: string[], options = {}) => {
      const { stderr } = await sandbox.ok(withDebug(args), options)
      assert.doesNotMatch(stderr, new RegExp(`\\b${aws.mfaCode(ALICE_MFA)}\\b`), `${args} shows an MFA code`)
      return stderr
    }
    const env = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey }
    const input = JSON.stringify({ AccessKeyId: KEYS.accessKeyId, SecretAccessKey: KEYS.secretAccessKey })
    await run(['add', 'work', '--env'], { env })
    await run(['add', 'work', '--stdin', '--verify', '--json'], { input })
    assert.match(await run(['exec', 'admin', '--', 'true']), /debug: making credentials/)
    assert.match(await run(['exec', 'admin', '--', 'true']), /debug: using a cached session/)
    await run(['exec', '-n', 'work', '--', 'true'])
    for (const format of ['env', 'json', 'ini']) await run(['export', 'admin', '--format', format])
    for (const args of [[], ['--json'], ['--sessions'], ['--credentials']]) await run(['list', ...args])
    const other = ['--to-option', `file-dir=${sandbox.path('other')}`]
    for (const more of [['--dry-run'], [], ['--overwrite', '--json']])
      await run(['migrate', '--from', 'file', '--to', 'file', ...other, ...more])
    sandbox.write('.env', `AWS_ACCESS_KEY_ID=${KEYS.accessKeyId}\nAWS_SECRET_ACCESS_KEY=${KEYS.secretAccessKey}\n`)
    sandbox.write(
      '.aws/credentials',
      `[new]\naws_access_key_id=${KEYS.accessKeyId}\naws_secret_access_key=${KEYS.secretAccessKey}\n`,
    )
    for (const more of [[], ['--json'], ['--fix', '--force'], ['--json']]) await run(['doctor', ...more], { env })
    await sandbox.ok(['plugins', 'parts', '--debug', '--json'])
    await run(['clear', 'admin', '--json'])
    await run(['remove', 'work', '-f', '--json'])
  })

  test('a session that was revoked: with --debug no secret is shown', async () => {
    const config = `${work}[profile admin]\nsource_profile = work\nrole_arn = ${roleArn('admin')}
[profile deploy]\nsource_profile = admin\nrole_arn = ${roleArn('deploy')}\n`
    await using scene = await setScene({ config })
    scene.aws.revoke(await scene.sandbox.accessKeyIdUnder(['admin']))
    const { stderr } = await scene.sandbox.ok(['exec', '--debug', 'deploy', 'true'])
    assert.match(stderr, /debug: a cached session is good no more/)
  })

  test('what is typed in the wrong place is not repeated', async () => {
    await using scene = await setScene()
    const { secretAccessKey } = KEYS
    for (const args of [
      ['add', 'work', secretAccessKey],
      ['add', '--debug', KEYS.accessKeyId, secretAccessKey],
      ['export', '--debug', 'work', `--${secretAccessKey}`],
      ['export', 'work', '--format', secretAccessKey],
      ['plugins', 'use', secretAccessKey, 'env=built-in'],
    ]) {
      const ended = await scene.sandbox.run(args)
      assert.equal(ended.code, 2)
    }
  })
})

async function assertQuiet({ args = ['exec', 'work', 'true'], env, input, faults = [], prepare, ...failure }: Failure) {
  const { config = work, keys = ['work'], code = 1, says } = failure
  await using scene = await setScene({ config, keys })
  scene.aws.faults.add(...faults)
  await prepare?.(scene)
  const options = { ...(env && { env }), ...(input === undefined ? {} : { input }) }
  for (const value of Object.values(env ?? {})) if (value?.includes('passphrase')) scene.sandbox.secrets.add(value)
  const ended = await scene.sandbox.run(withDebug(args), options)
  assert.equal(ended.code, code, ended.stderr)
  const told = ended.stderr.replaceAll(/^aws-vault: debug: .*\n/gm, '').replaceAll(/ \(ERR_[A-Z_]+\)$/gm, '')
  assert.match(told, says)
  assert.match(ended.stderr, /^ +at /m, '--debug shows where it came from')
}

test('the sandbox finds secrets', () => {
  using sandbox = new Sandbox()
  const secrets = [PASSPHRASE, KEYS.secretAccessKey, Buffer.from(`{"x":"${KEYS.secretAccessKey}"}`).toString('base64')]
  for (const secret of secrets) {
    const ended = { code: 0, signal: null, stdout: '', stderr: `oops: ${secret}` }
    assert.throws(() => sandbox.assertNoSecret(['exec', 'x'], ended), {
      message: /^1 secrets stand in the output of exec/,
    })
    assert.throws(() => sandbox.assertNoSecret(['list'], { ...ended, stdout: ended.stderr, stderr: '' }))
    sandbox.assertNoSecret(['export'], { ...ended, stdout: ended.stderr, stderr: '' })
  }
})
