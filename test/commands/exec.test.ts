import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { KEYS, PASSPHRASE } from '../support/sandbox.ts'
import { ALICE_MFA, roleArn, setScene } from '../support/scene.ts'

describe('exec: the environment of the program', () => {
  /** What leads a program to credentials, as a user may have it in a shell. */
  const stale = {
    AWS_ACCESS_KEY_ID: 'AKIASTALE',
    AWS_SECRET_ACCESS_KEY: 'stale',
    AWS_SESSION_TOKEN: 'stale',
    AWS_SECURITY_TOKEN: 'stale',
    AWS_CREDENTIAL_FILE: 'stale',
    AWS_DEFAULT_PROFILE: 'stale',
    AWS_PROFILE: 'stale',
    AWS_SDK_LOAD_CONFIG: '1',
    AWS_CREDENTIAL_EXPIRATION: '2001-01-01T00:00:00Z',
    AWS_WEB_IDENTITY_TOKEN_FILE: '/stale',
    AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/',
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/stale',
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'stale',
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/stale',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1/',
    AWS_EC2_METADATA_DISABLED: 'false',
  }

  test('is ours, without any other credentials and without our secrets, and with those of the profile', async () => {
    await using scene = await setScene()
    const { sandbox, aws } = scene
    const program = await sandbox.environmentUnder(['work'], { env: { ...stale, EDITOR: 'vi -p', 'odd name': 'ü\n=' } })
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_CREDENTIAL_EXPIRATION } = program
    const { AWS_VAULT_FILE_PASSPHRASE: _, ...inherited } = sandbox.env
    assert.deepEqual(program, {
      ...inherited,
      EDITOR: 'vi -p',
      'odd name': 'ü\n=',
      AWS_VAULT: 'work',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: aws.calls[0]?.issued,
      AWS_SECRET_ACCESS_KEY,
      AWS_SESSION_TOKEN,
      AWS_SECURITY_TOKEN: AWS_SESSION_TOKEN,
      AWS_CREDENTIAL_EXPIRATION,
    })
    assert.notEqual(AWS_ACCESS_KEY_ID, undefined)
    const secrets = aws.secrets()
    assert.ok(secrets.includes(AWS_SECRET_ACCESS_KEY ?? '') && secrets.includes(AWS_SESSION_TOKEN ?? ''))
    assert.match(AWS_CREDENTIAL_EXPIRATION ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    const lifetime = new Date(AWS_CREDENTIAL_EXPIRATION ?? '').getTime() - (aws.calls[0]?.time ?? 0)
    assert.ok(Math.abs(lifetime - 3_600_000) <= 1000)
    assert.ok(!JSON.stringify(program).includes(PASSPHRASE))
  })

  test('has the long-lived keys alone with --no-session, and AWS is not called', async () => {
    await using scene = await setScene()
    const { sandbox, aws } = scene
    const { AWS_VAULT_FILE_PASSPHRASE: _, ...inherited } = sandbox.env
    assert.deepEqual(await sandbox.environmentUnder(['-n', 'work'], { env: stale }), {
      ...inherited,
      AWS_VAULT: 'work',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
      AWS_VAULT_REFRESH: '{"args":["--no-session"],"env":{}}',
    })
    assert.equal(aws.calls.length, 0)
  })

  test('with --no-session and MFA configured, it is said that no code is asked for', async () => {
    await using scene = await setScene({ config: `[profile work]\nregion=eu-west-1\nmfa_serial=${ALICE_MFA}\n` })
    const { stderr } = await scene.sandbox.ok(['exec', 'work', '-n', '--', 'true'])
    assert.match(stderr, /--no-session/)
    assert.ok(stderr.includes(ALICE_MFA), stderr)
  })

  test('has no region when nobody says one', async () => {
    await using scene = await setScene({ config: '[profile work]\n' })
    const program = await scene.sandbox.environmentUnder(['work', '-n'])
    assert.equal(program.AWS_REGION ?? program.AWS_DEFAULT_REGION, undefined)
  })

  test('has the region of --region, before the environment, before the profile', async () => {
    await using scene = await setScene()
    const { sandbox, aws } = scene
    const env = { AWS_REGION: 'us-east-2', AWS_DEFAULT_REGION: 'us-west-1' }
    const regions = ({ AWS_REGION, AWS_DEFAULT_REGION }: Record<string, string>) => [AWS_REGION, AWS_DEFAULT_REGION]
    assert.deepEqual(regions(await sandbox.environmentUnder(['work'], { env })), ['us-east-2', 'us-east-2'])
    const flag = ['--region', 'ap-south-1', 'work']
    assert.deepEqual(regions(await sandbox.environmentUnder(flag, { env })), ['ap-south-1', 'ap-south-1'])
    assert.deepEqual(
      aws.calls.map(({ region }) => region),
      ['us-east-2'],
      'a session is good in every region of its partition',
    )
  })

  test('nested: refused inside another exec, whichever profile it is of', async () => {
    await using scene = await setScene()
    for (const command of ['exec', 'export']) {
      const { stderr, stdout } = await scene.sandbox.fails([command, 'work'], 1, { env: { AWS_VAULT: 'other' } })
      assert.match(stderr, /inside aws-vault exec other[\s\S]*hint: .*AWS_VAULT/)
      assert.equal(stdout, '')
    }
    await scene.sandbox.ok(['exec', '-n', 'work', '--', 'true'], { env: { AWS_VAULT: '' } })
    assert.equal(scene.aws.calls.length, 0)
  })
})

describe('exec: the program', () => {
  test('its exit code is ours', async () => {
    await using scene = await setScene()
    for (const code of [0, 1, 7, 126, 255]) {
      const ended = await scene.sandbox.run(['exec', '-n', 'work', '--', 'sh', '-c', `exit ${code}`])
      assert.deepEqual(ended, { code, signal: null, stdout: '', stderr: '' })
    }
  })

  test('is ended by a signal: so are we', async () => {
    await using scene = await setScene()
    for (const signal of ['TERM', 'KILL', 'INT', 'HUP', 'USR1']) {
      const ended = await scene.sandbox.run(['exec', '-n', 'work', '--', 'sh', '-c', `kill -${signal} $$`])
      assert.deepEqual(ended, { code: null, signal: `SIG${signal}`, stdout: '', stderr: '' })
    }
  })

  test('gets the signals that are sent to us', async () => {
    await using scene = await setScene()
    const script = 'trap "echo got it; exit 9" TERM; echo ready; while :; do sleep 0.05; done'
    const running = scene.sandbox.start(['exec', '-n', 'work', '--', 'sh', '-c', script])
    await running.sees(/ready/)
    const ended = await running.kill('SIGTERM')
    assert.deepEqual(ended, { code: 9, signal: null, stdout: 'ready\ngot it\n', stderr: '' })
  })

  test('takes our place: no process of ours stays, and SIGPIPE is not ignored', { skip: !process.execve }, async () => {
    await using scene = await setScene()
    const { child, ended } = scene.sandbox.start(['exec', '-n', 'work', '--', 'sh', '-c', 'echo $$; yes | head -1'])
    assert.deepEqual(await ended, { code: 0, signal: null, stdout: `${child.pid}\ny\n`, stderr: '' })
  })

  test('is missing: 127, and it is said which one', async () => {
    await using scene = await setScene()
    const { stderr } = await scene.sandbox.fails(['exec', '-n', 'work', '--', 'no-such-program', '-x'], 127)
    assert.match(stderr, /no-such-program[\s\S]*hint: /)
    await scene.sandbox.fails(['exec', '-n', 'work', '--', './no/such/file'], 127)
  })

  test('is not executable: 126, and it is said what to do', async () => {
    await using scene = await setScene()
    scene.sandbox.write('plain.txt', 'text')
    const { stderr } = await scene.sandbox.fails(['exec', '-n', 'work', '--', './plain.txt'], 126)
    assert.match(stderr, /plain\.txt[\s\S]*hint: .*chmod \+x/)
    await scene.sandbox.fails(['exec', '-n', 'work', '--', '/tmp'], 126)
    scene.sandbox.script('broken', '#!/no/such/interpreter\n')
    assert.match((await scene.sandbox.fails(['exec', '-n', 'work', '--', './broken'], 126)).stderr, /no\/such\/interp/)
  })

  test('a script without #! is run by sh', async () => {
    await using scene = await setScene()
    scene.sandbox.script('plain', 'echo "$1, $AWS_VAULT"\n')
    assert.equal((await scene.sandbox.ok(['exec', '-n', 'work', '--', './plain', 'a b'])).stdout, 'a b, work\n')
  })

  test('gets its arguments as they are', async () => {
    await using scene = await setScene()
    const words = ['a b', '', "it's", '"quoted"', '$HOME', '*', '\\', 'new\nline', '--', '-n', 'ü', '--json']
    const { stdout } = await scene.sandbox.ok(['exec', '-n', 'work', '--', 'printf', '[%s]', ...words])
    assert.equal(stdout, words.map(word => `[${word}]`).join(''))
  })

  test('needs no --: from its name on every word is its own', async () => {
    await using scene = await setScene()
    const { sandbox } = scene
    sandbox.write('some file', '')
    assert.match((await sandbox.ok(['exec', '-n', 'work', 'ls', '-la'])).stdout, /some file/)
    const help = await sandbox.ok(['exec', '-n', 'work', 'node', '--help'])
    assert.match(help.stdout, /^Usage: node /)
    const echoed = await sandbox.ok(['exec', 'work', '-n', '--region', 'us-east-1', 'echo', '-d', '--debug', '--', 'x'])
    assert.equal(echoed.stdout, '-d --debug -- x\n')
  })

  test('is our help when --help stands before it', async () => {
    await using scene = await setScene()
    for (const flag of ['--help', '-h']) {
      const { stdout } = await scene.sandbox.ok(['exec', 'work', flag, 'ls'])
      assert.match(stdout, /USAGE\n {2}\$ aws-vault exec PROFILE/)
    }
    assert.match((await scene.sandbox.ok(['exec', '--help'])).stdout, /--file-dir/)
  })

  test("is the user's shell when none is named", async () => {
    await using scene = await setScene()
    scene.sandbox.script('my shell', '#!/bin/sh\necho "$0 $# $AWS_VAULT"\n')
    const env = { SHELL: scene.sandbox.path('my shell') }
    for (const args of [['work'], ['work', '--']]) {
      const { stdout } = await scene.sandbox.ok(['exec', '-n', ...args], { env })
      assert.equal(stdout, `${env.SHELL} 0 work\n`)
    }
  })

  test('reads what is piped into us', async () => {
    await using scene = await setScene()
    const input = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251))
    const { stdout } = await scene.sandbox.ok(['exec', 'work', '--', 'sha256sum'], { input })
    const { createHash } = await import('node:crypto')
    assert.equal(stdout, `${createHash('sha256').update(input).digest('hex')}  -\n`)
  })

  test('writes 10 MB through a pipe, and all of it arrives', async () => {
    await using scene = await setScene()
    const line = '0123456789abcdef\n'
    const program = ['sh', '-c', `yes ${line.trim()} | head -c 10000000`]
    const { stdout } = await scene.sandbox.ok(['exec', '-n', 'work', '--', ...program])
    assert.ok(stdout === line.repeat(10_000_000 / line.length + 1).slice(0, 10_000_000))
  })

  test('is found in the PATH, not in the current directory', async () => {
    await using scene = await setScene()
    scene.sandbox.script('tool', '#!/bin/sh\necho here\n')
    const { stderr } = await scene.sandbox.fails(['exec', '-n', 'work', 'tool'], 127, {
      env: { PATH: `:${process.env.PATH}:` },
    })
    assert.match(stderr, /hint: .*\.\/tool/)
  })
})

describe('exec: flags', () => {
  test('--duration is how long the credentials live', async () => {
    await using scene = await setScene()
    const { sandbox, aws } = scene
    await sandbox.ok(['exec', '-d', '2h', 'work', 'true'])
    await sandbox.ok(['exec', 'work', 'true'], { env: { AWS_VAULT_DURATION: '15m' } })
    await sandbox.ok(['exec', '--duration=1h30m', 'work', 'true'], { env: { AWS_VAULT_DURATION: '15m' } })
    assert.deepEqual(
      aws.calls.map(({ parameters }) => parameters.DurationSeconds),
      ['7200', '900', '5400'],
    )
  })

  test('--refresh makes a new session though one is cached', async () => {
    await using scene = await setScene()
    const { sandbox } = scene
    const first = await sandbox.accessKeyIdUnder(['work'])
    const second = await sandbox.accessKeyIdUnder(['work', '--refresh'])
    assert.notEqual(second, first)
    assert.equal(await sandbox.accessKeyIdUnder(['work']), second)
  })

  test('--mfa-token is the code, and nobody is asked', async () => {
    await using scene = await setScene({ config: `[profile work]\nregion=eu-west-1\nmfa_serial=${ALICE_MFA}\n` })
    const { sandbox, aws } = scene
    const code = aws.mfaCode(ALICE_MFA)
    await sandbox.ok(['exec', '-t', `${code.slice(0, 3)} ${code.slice(3)}`, 'work', 'true'])
    const [call] = aws.calls
    assert.deepEqual([call?.parameters.SerialNumber, call?.parameters.TokenCode, call?.result], [ALICE_MFA, code, 'ok'])
  })

  test('--mfa-token is said to be no code when it is none, and it is not sent', async () => {
    await using scene = await setScene({ config: `[profile work]\nregion=eu-west-1\nmfa_serial=${ALICE_MFA}\n` })
    const { stderr } = await scene.sandbox.fails(['exec', '-t', '12345x', 'work', 'true'])
    assert.match(stderr, /six digits/)
    assert.equal(scene.aws.calls.length, 0)
  })

  test('--json prints what a credential_process prints, and says that it is deprecated', async () => {
    await using scene = await setScene({
      config: `[profile admin]\nregion=eu-west-1\nsource_profile=work\nrole_arn=${roleArn('admin')}\n[profile work]\n`,
    })
    for (const flag of ['-j', '--json']) {
      const { stdout, stderr } = await scene.sandbox.ok(['exec', flag, 'admin'])
      const { Version, AccessKeyId, SecretAccessKey, SessionToken, Expiration } = JSON.parse(stdout)
      assert.deepEqual([Version, AccessKeyId], [1, scene.aws.calls[0]?.issued])
      assert.ok([SecretAccessKey, SessionToken].every(secret => scene.aws.secrets().includes(secret)))
      assert.ok(new Date(Expiration).getTime() > Date.now())
      assert.match(stderr, /deprecated[\s\S]*export --format json/)
    }
  })

  test('--expose names how the program gets its credentials, and an unknown one is refused', async () => {
    await using scene = await setScene()
    await scene.sandbox.ok(['exec', '-n', '--expose', 'env', 'work', 'true'])
    const { stderr } = await scene.sandbox.fails(['exec', '-n', '--expose', 'carrier-pigeon', 'work', 'true'])
    assert.match(stderr, /no exposure "carrier-pigeon"[\s\S]*hint: there are: .*env/)
  })

  test('an unknown flag, a missing profile: wrong usage, 2', async () => {
    await using scene = await setScene()
    for (const args of [['--nonsense', 'work'], [], ['work', '--duration']]) {
      const { stderr } = await scene.sandbox.fails(['exec', ...args], 2)
      assert.match(stderr, /hint: see aws-vault exec --help/)
    }
  })
})
