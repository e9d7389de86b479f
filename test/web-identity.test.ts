/** Web identities as a source: who is asked what, what is cached, what is said when it goes wrong. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { LocalAws } from './local-aws/index.ts'
import { ACCOUNT, roleArn, setScene, WORLD } from './support/scene.ts'

const issuer = 'https://idp.example.com'
const world = {
  ...WORLD,
  identityProviders: [{ issuer }],
  roles: [
    ...(WORLD.roles ?? []),
    { name: 'ci', maxSessionDuration: 7200, trust: { webIdentity: { issuer, subject: 'build' } } },
    { name: 'nightly', trust: { webIdentity: { issuer } } },
    { name: 'release', trust: { principals: [roleArn('ci')] } },
  ],
}
const ci = `role_arn = ${roleArn('ci')}\n`
const fromFile = `[profile w]\nregion = eu-west-1\n${ci}web_identity_token_file = ~/token\n`

/** A home with a token in `~/token`, and a world that knows who gave it. */
async function setIdentity(config: string) {
  const scene = await setScene({ config, keys: [], world })
  const token = newToken(scene.aws)
  scene.sandbox.write('token', `${token}\n`)
  scene.sandbox.secrets.add(token)
  return { ...scene, token, [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose]() }
}

const newToken = (aws: LocalAws, subject = 'build', expiresIn = 300): string =>
  aws.webIdentityToken({ issuer, subject, expiresIn })

describe('a web identity', () => {
  test('from a file: one call, without a signature, and none the second time', async () => {
    await using scene = await setIdentity(fromFile)
    const { sandbox, aws, calls } = scene
    const first = await sandbox.environmentUnder(['w'])
    assert.deepEqual([first.AWS_ACCESS_KEY_ID, first.AWS_REGION], [aws.calls[0]?.issued, 'eu-west-1'])
    assert.equal(await sandbox.accessKeyIdUnder(['w']), first.AWS_ACCESS_KEY_ID)
    assert.deepEqual(calls(), ['AssumeRoleWithWebIdentity by nobody'])
    const { RoleArn, RoleSessionName = '', DurationSeconds } = aws.calls[0]?.parameters ?? {}
    assert.deepEqual([RoleArn, DurationSeconds], [roleArn('ci'), '3600'])
    assert.match(RoleSessionName, /^\S+$/)
    const [file, ...others] = Object.keys(sandbox.vaultFiles())
    assert.match(file ?? '', /^sts\.AssumeRoleWithWebIdentity,dw,,\d+$/, 'where the Go tool keeps it, too')
    assert.deepEqual(others, [])
  })

  test('from a process, whose stderr is shown', async () => {
    await using scene = await setIdentity(
      `[profile w]\n${ci}web_identity_token_process = echo signing in >&2; cat "$HOME/token"\n`,
    )
    const { stderr } = await scene.sandbox.ok(['exec', 'w', '--', 'true'])
    assert.equal(stderr, 'signing in\n')
    assert.deepEqual(scene.calls(), ['AssumeRoleWithWebIdentity by nobody'])
  })

  test('is read anew for each session', async () => {
    await using scene = await setIdentity(fromFile)
    const { sandbox, aws, calls } = scene
    await sandbox.ok(['exec', 'w', '--', 'true'])
    aws.setClock(() => Date.now() + 290_000)
    const token = newToken(aws)
    sandbox.secrets.add(token)
    sandbox.write('token', token)
    await sandbox.ok(['exec', '--refresh', 'w', '--', 'true'])
    assert.equal(calls().length, 2)
  })

  test('lives as long as the profile says, and as -d says', async () => {
    await using scene = await setIdentity(`${fromFile}duration_seconds = 7200\n`)
    const { sandbox, aws } = scene
    await sandbox.ok(['exec', 'w', '--', 'true'])
    await sandbox.ok(['exec', '-d', '15m', 'w', '--', 'true'])
    assert.deepEqual(
      aws.calls.map(({ parameters }) => parameters.DurationSeconds),
      ['7200', '900'],
    )
  })

  test('signs for roles on top', async () => {
    await using scene = await setIdentity(
      `${fromFile}[profile release]\nsource_profile = w\nrole_arn = ${roleArn('release')}\n`,
    )
    const { sandbox, aws, calls } = scene
    assert.equal(await sandbox.accessKeyIdUnder(['release']), aws.calls[1]?.issued)
    await sandbox.ok(['exec', 'release', '--', 'true'])
    await sandbox.ok(['exec', 'w', '--', 'true'])
    assert.deepEqual(calls(), ['AssumeRoleWithWebIdentity by nobody', "AssumeRole by ci's session"])
  })

  for (const [what, changed] of [
    ['role', fromFile.replace('role/ci', 'role/nightly')],
    ['token file', fromFile.replace('~/token', '~/./token')],
    ['session name', `${fromFile}role_session_name = me\n`],
  ] as const) {
    test(`with another ${what} now is asked for again, also while the old session lives`, async () => {
      await using scene = await setIdentity(fromFile)
      const { sandbox, calls } = scene
      const old = await sandbox.accessKeyIdUnder(['w'])
      sandbox.config(changed)
      assert.notEqual(await sandbox.accessKeyIdUnder(['w']), old)
      assert.equal(calls().length, 2)
    })
  }

  test('of the environment is for a profile that has no source, with the role of the environment', async () => {
    await using scene = await setIdentity(`[profile w]\nregion = eu-west-1\n[profile x]\nregion = eu-west-1\n`)
    const { sandbox, calls } = scene
    const env = { AWS_WEB_IDENTITY_TOKEN_FILE: sandbox.path('token'), AWS_ROLE_ARN: roleArn('ci') }
    const environment = await sandbox.environmentUnder(['w'], { env })
    for (const name of [...Object.keys(env), 'AWS_ROLE_SESSION_NAME']) assert.equal(name in environment, false, name)
    assert.deepEqual(calls(), ['AssumeRoleWithWebIdentity by nobody'])
    const { stderr } = await sandbox.fails(['exec', 'w', '--', 'true'], 1, { env: { ...env, AWS_ROLE_ARN: undefined } })
    assert.match(
      stderr,
      /AWS_WEB_IDENTITY_TOKEN_FILE\), but no role_arn that it is for\n {2}hint: set AWS_ROLE_ARN, too/,
    )
  })

  test('asked for by ten at once is one call', async () => {
    await using scene = await setIdentity(fromFile)
    const ended = await Promise.all(Array.from({ length: 10 }, () => scene.sandbox.run(['exec', 'w', '--', 'true'])))
    assert.deepEqual(new Set(ended.map(({ code }) => code)), new Set([0]))
    assert.equal(scene.calls().length, 1)
  })

  test('whose session the Go tool has left is not asked for again: AWS says whose it is', async () => {
    await using scene = await setIdentity(fromFile.replace('profile w', 'profile web'))
    const { sandbox, aws } = scene
    sandbox.useVault('all-item-kinds', 'every kind of item')
    const accessKeyId = 'ASIAAWI0000000000001'
    aws.seedSession({
      accessKeyId,
      secretAccessKey: `secret/for+${accessKeyId}xxxxxxxxx`,
      sessionToken: `token//for+${accessKeyId}==`,
      role: 'ci',
      roleSessionName: '1700000000000000000',
    })
    for (let run = 1; run <= 2; run++) assert.equal(await sandbox.accessKeyIdUnder(['web']), accessKeyId)
    assert.deepEqual(scene.calls(), ["GetCallerIdentity by ci's session"])
  })

  const failures: readonly [name: string, config: string, says: RegExp, calls: number][] = [
    [
      'no token file',
      fromFile.replace('~/token', '~/none'),
      /token file ~\/none of profile "w" cannot be read: no such/,
      0,
    ],
    [
      'a process that fails',
      `[profile w]\n${ci}web_identity_token_process = exit 7\n`,
      /process of profile "w" ended with exit code 7/,
      0,
    ],
    [
      'a process that prints nothing',
      `[profile w]\n${ci}web_identity_token_process = true\n`,
      /gives no token: it is empty/,
      0,
    ],
    [
      'no role',
      fromFile.replace(ci, ''),
      /profile w has a web_identity_token_file \(.*config:3 .*\), but no role_arn/,
      0,
    ],
    [
      'a role that does not trust it',
      fromFile.replace('role/ci', 'role/admin'),
      /AWS denied AssumeRoleWithWebIdentity[\s\S]*hint: .*trust policy/,
      1,
    ],
  ]
  for (const [name, config, says, count] of failures) {
    test(`with ${name}: what is wrong is said`, async () => {
      await using scene = await setIdentity(config)
      const { stderr } = await scene.sandbox.fails(['exec', 'w', '--', 'true'])
      assert.match(stderr, says)
      const debug = await scene.sandbox.run(['exec', '--debug', 'w', '--', 'true'])
      assert.match(debug.stderr, says)
      assert.equal(scene.calls().length, 2 * count)
    })
  }

  test('whose token is too old: what to renew is said, and the token is not repeated', async () => {
    await using scene = await setIdentity(fromFile)
    const { sandbox, aws } = scene
    const old = newToken(aws, 'build', -10)
    sandbox.secrets.add(old)
    sandbox.write('token', old)
    for (const flags of [[], ['--debug']]) {
      const { code, stderr } = await sandbox.run(['exec', ...flags, 'w', '--', 'true'])
      assert.equal(code, 1)
      assert.match(stderr, /ExpiredToken[\s\S]*hint: the token is too old: see to it that ~\/token gives a new one/)
    }
  })

  test('that its own process asks AWS Vault for ends with the loop that it is', async () => {
    const ourselves = `"${process.execPath}" "${import.meta.dirname}/../bin/run.js" exec w -- cat`
    await using scene = await setIdentity(`[profile w]\n${ci}web_identity_token_process = ${ourselves}\n`)
    const { stderr } = await scene.sandbox.fails(['exec', 'w', '--', 'true'])
    assert.match(stderr, /asks for profile "w" again \(w -> w\)/)
  })

  test('is who AWS says', async () => {
    await using scene = await setIdentity(`${fromFile}role_session_name = me\n`)
    const program = `${import.meta.dirname}/support/who-am-i.ts`
    const { stdout } = await scene.sandbox.ok(['exec', 'w', '--', process.execPath, program])
    assert.equal(stdout, `arn:aws:sts::${ACCOUNT}:assumed-role/ci/me\n`)
  })
})
