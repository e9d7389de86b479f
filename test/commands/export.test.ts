import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { describe, test } from 'node:test'
import { loadSharedConfigFiles } from '@smithy/shared-ini-file-loader'
import { KEYS } from '../support/sandbox.ts'
import { ALICE_MFA, roleArn, setScene } from '../support/scene.ts'

/** A secret with everything in it that means something to a shell. */
const wild = `it's"\${HOME}$(touch>pwned)\`touch>pwned\`;&|<>\\n\\*?{a,b}#!~[x]=%PATH%^`

/** The variables of `export` without --no-session, without their values. */
const temporary = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
]

/** A scene in which the keys of `work` have a wild secret. */
async function setWildScene() {
  const scene = await setScene({ keys: [] })
  scene.sandbox.secrets.add(wild)
  await scene.sandbox.add('work', { ...KEYS, secretAccessKey: wild })
  return scene
}

const isInstalled = (program: string): boolean => spawnSync(program, ['--version']).error === undefined

/** A program that prints the values of two variables, each on its line, after it has run what stands on stdin. */
const readers = [
  { program: 'sh', format: 'export-env', args: ['-c', 'eval "$(cat)"; printenv AWS_SECRET_ACCESS_KEY AWS_REGION'] },
  { program: 'bash', format: 'export-env', args: ['-c', 'eval "$(cat)"; printenv AWS_SECRET_ACCESS_KEY AWS_REGION'] },
  { program: 'bash', format: 'env', args: ['-c', 'set -a; . <(cat); printenv AWS_SECRET_ACCESS_KEY AWS_REGION'] },
  { program: 'zsh', format: 'export-env', args: ['-c', 'eval "$(cat)"; printenv AWS_SECRET_ACCESS_KEY AWS_REGION'] },
  { program: 'fish', format: 'fish', args: ['-c', 'cat | source; printenv AWS_SECRET_ACCESS_KEY AWS_REGION'] },
  {
    program: 'pwsh',
    format: 'powershell',
    args: ['-Command', '$input | Out-String | Invoke-Expression; $Env:AWS_SECRET_ACCESS_KEY; $Env:AWS_REGION'],
  },
]

describe('export', () => {
  for (const { program, format, args } of readers) {
    const skip = !isInstalled(program) && `${program} is not installed`
    test(`--format ${format} is read by ${program}, whatever stands in a secret`, { skip }, async () => {
      await using scene = await setWildScene()
      const { stdout } = await scene.sandbox.ok(['export', '-n', 'work', '--format', format])
      const env = { PATH: process.env.PATH, HOME: scene.sandbox.home }
      const read = execFileSync(program, args, { input: stdout, encoding: 'utf8', cwd: scene.sandbox.home, env })
      assert.equal(read, `${wild}\neu-west-1\n`)
      assert.throws(() => scene.sandbox.read('pwned'), { code: 'ENOENT' })
    })
  }

  test('--format fish and --format powershell quote as these shells want it', async () => {
    await using scene = await setWildScene()
    const fish = await scene.sandbox.ok(['export', '-n', 'work', '--format', 'fish'])
    assert.ok(fish.stdout.includes(`set -gx AWS_SECRET_ACCESS_KEY '${wild.replaceAll(/[\\']/g, '\\$&')}'\n`))
    const powershell = await scene.sandbox.ok(['export', '-n', 'work', '--format', 'powershell'])
    assert.ok(powershell.stdout.includes(`$Env:AWS_SECRET_ACCESS_KEY = '${wild.replaceAll("'", "''")}'\n`))
  })

  test('prints NAME=value by default, plain where nothing needs quotes', async () => {
    await using scene = await setScene()
    const { stdout, stderr } = await scene.sandbox.ok(['export', 'work'])
    const lines = stdout.trimEnd().split('\n')
    assert.deepEqual(
      lines.map(line => line.slice(0, line.indexOf('='))),
      temporary,
    )
    const [id, secret, token] = lines.map(line => line.slice(line.indexOf('=') + 1))
    assert.equal(id, scene.aws.calls[0]?.issued)
    for (const value of [secret, token]) assert.ok(scene.aws.secrets().includes(value ?? ''))
    assert.equal(stderr, '')
  })

  test('prints the same session again, and exec has it too', async () => {
    await using scene = await setScene()
    const first = await scene.sandbox.ok(['export', 'work'])
    assert.deepEqual(await scene.sandbox.ok(['export', 'work', '--format', 'env']), first)
    assert.ok(first.stdout.includes(await scene.sandbox.accessKeyIdUnder(['work'])))
    assert.equal(scene.aws.calls.length, 1)
  })

  for (const args of [['--format', 'json'], ['--json']]) {
    test(`${args.join(' ')} is what a credential_process prints`, async () => {
      await using scene = await setScene()
      const { stdout } = await scene.sandbox.ok(['export', 'work', ...args])
      const { Version, AccessKeyId, SecretAccessKey, SessionToken, Expiration, ...others } = JSON.parse(stdout)
      assert.deepEqual([Version, AccessKeyId, others], [1, scene.aws.calls[0]?.issued, {}])
      for (const secret of [SecretAccessKey, SessionToken]) assert.ok(scene.aws.secrets().includes(secret))
      assert.match(Expiration, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
      const keys = JSON.parse((await scene.sandbox.ok(['export', '-n', 'work', ...args])).stdout)
      assert.deepEqual(keys, { Version: 1, AccessKeyId: KEYS.accessKeyId, SecretAccessKey: KEYS.secretAccessKey })
    })
  }

  test('--format ini is a section that AWS reads back as it was', async () => {
    for (const args of [[], ['-n']]) {
      await using scene = await setWildScene()
      const { sandbox } = scene
      if (args.length === 0) await sandbox.add('work')
      const { stdout } = await sandbox.ok(['export', 'work', '--format', 'ini', ...args])
      const credentials = JSON.parse((await sandbox.ok(['export', 'work', '--format', 'json', ...args])).stdout)
      const filepath = sandbox.write('exported', stdout)
      const configFilepath = sandbox.path('nothing')
      const { credentialsFile } = await loadSharedConfigFiles({ filepath, configFilepath, ignoreCache: true })
      const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = credentials
      assert.deepEqual(credentialsFile, {
        work: {
          aws_access_key_id: AccessKeyId,
          aws_secret_access_key: SecretAccessKey,
          ...(args.length === 0 && { aws_session_token: SessionToken, aws_credential_expiration: Expiration }),
          region: 'eu-west-1',
        },
      })
      if (args.length === 0) assert.match(SessionToken, /=/, 'the hard case is a token with an equals sign')
    }
  })

  test('has no region where the profile has none', async () => {
    await using scene = await setScene({ config: '[profile work]\n' })
    for (const format of ['env', 'export-env', 'ini', 'fish', 'powershell']) {
      assert.doesNotMatch((await scene.sandbox.ok(['export', '-n', 'work', '--format', format])).stdout, /region/i)
    }
  })

  test('takes -d, -t and --region like exec', async () => {
    const config = `[profile admin]\nsource_profile=work\nrole_arn=${roleArn('guarded')}\nmfa_serial=${ALICE_MFA}\n[profile work]\n`
    await using scene = await setScene({ config })
    const { aws, sandbox } = scene
    const flags = ['-d', '2h', '-t', aws.mfaCode(ALICE_MFA), '--region', 'eu-north-1']
    const { stdout } = await sandbox.ok(['export', 'admin', ...flags])
    assert.match(stdout, /^AWS_REGION=eu-north-1\nAWS_DEFAULT_REGION=eu-north-1$/m)
    assert.equal(aws.calls[0]?.parameters.DurationSeconds, '7200')
  })

  test('a format that there is not: wrong usage, with those that there are', async () => {
    await using scene = await setScene({ keys: [] })
    const { stderr } = await scene.sandbox.fails(['export', 'work', '--format', 'yaml'], 2)
    assert.match(stderr, /env.*json.*ini/s)
  })
})
