import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ALICE_MFA, roleArn, setScene } from './support/scene.ts'

const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
const policy =
  '{\n  "Version": "2012-10-17",\n  "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]\n}\n'
const minified = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}'
const config = `[profile work]
region = eu-west-1

[profile admin]
source_profile = work
role_arn = ${roleArn('admin')}

[profile careful]
source_profile = work
role_arn = ${roleArn('admin')}
vault_policy = policies/s3.json
`

describe('session policies', () => {
  test('restrict a role by AssumeRole, and keys by GetFederationToken', async () => {
    await using scene = await setScene({ config })
    const { aws, sandbox } = scene
    sandbox.write('p.json', policy)
    await sandbox.ok(['exec', 'admin', '--policy', 'p.json', '--policy-arn', READ_ONLY, '--', 'true'])
    await sandbox.ok(['export', 'work', '--read-only'])
    assert.deepEqual(scene.calls(), ['AssumeRole by alice', 'GetFederationToken by alice'])
    const [role, keys] = aws.calls.map(({ parameters }) => parameters)
    assert.deepEqual([role?.Policy, role?.['PolicyArns.member.1.arn']], [minified, READ_ONLY])
    assert.deepEqual(
      [keys?.Policy, keys?.['PolicyArns.member.1.arn'], keys?.DurationSeconds],
      [undefined, READ_ONLY, '3600'],
    )
  })

  test('the profile says one too, with a path from where the config file is', async () => {
    await using scene = await setScene({ config })
    const { aws, sandbox } = scene
    sandbox.write('.aws/policies/s3.json', policy)
    await sandbox.ok(['exec', 'careful', '--', 'true'], { cwd: '/' })
    assert.equal(aws.calls.at(-1)?.parameters.Policy, minified)
  })

  test('restricted and other sessions of a profile never stand in for each other, and are both kept', async () => {
    await using scene = await setScene({ config })
    const { aws, sandbox } = scene
    sandbox.write('p.json', policy)
    const ids = new Set<string>()
    for (const flags of [[], ['--read-only'], [], ['--read-only']])
      ids.add(await sandbox.accessKeyIdUnder(['admin', ...flags]))
    assert.equal(ids.size, 2)
    assert.equal(aws.calls.length, 2)
    ids.add(await sandbox.accessKeyIdUnder(['admin', '--policy', 'p.json']))
    sandbox.write('p.json', policy.replace('Get', 'Put'))
    ids.add(await sandbox.accessKeyIdUnder(['admin', '--policy', 'p.json']))
    assert.equal(ids.size, 4, 'another text is another session')
  })

  test('the program sees nothing of the policy', async () => {
    await using scene = await setScene({ config })
    scene.sandbox.write('p.json', policy)
    const program = 'tr "\\0" " " < /proc/$$/cmdline; env'
    const { stdout } = await scene.sandbox.ok(['exec', 'admin', '--policy', 'p.json', '--', 'sh', '-c', program])
    assert.doesNotMatch(stdout, /s3:Get/)
    // Where to find it again is told to `aws-vault refresh`, and to nobody else.
    assert.doesNotMatch(stdout.replace(/^AWS_VAULT_REFRESH=.*$/m, ''), /p\.json/)
  })

  test('keys with MFA: no code can be given, which is said', async () => {
    await using scene = await setScene({ config: `[profile work]\nmfa_serial = ${ALICE_MFA}\n` })
    const { stderr } = await scene.sandbox.ok(['exec', 'work', '--read-only', '--', 'true'])
    assert.match(stderr, /mfa\/alice is not asked for a code: AWS takes none where keys are restricted/)
  })

  test('where AWS has no way, or the file is no policy, nothing is called', async () => {
    await using scene = await setScene({ config })
    const { sandbox } = scene
    sandbox.write('bad.json', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY')
    sandbox.write('long.json', JSON.stringify({ Statement: [], Id: 'x'.repeat(2048) }))
    for (const [args, message] of [
      [['work', '-n', '--read-only'], /cannot be restricted: --no-session[\s\S]*hint: leave out --no-session/],
      [['work', '--policy', 'no.json'], /policy file cannot be read: .*no\.json/],
      [['work', '--policy', 'bad.json'], /bad\.json is not JSON\n/],
      [
        ['work', '--policy', 'long.json'],
        /long\.json has 20\d\d characters.*2048 at most[\s\S]*hint: make it a managed policy/,
      ],
      [['work', '--policy-arn', 'ReadOnlyAccess'], /policy-arn at flag --policy-arn is not valid/],
    ] as const) {
      assert.match((await sandbox.fails(['exec', ...args, '--', 'true'])).stderr, message)
    }
    assert.deepEqual(scene.calls(), [])
  })
})

describe('--min-ttl', () => {
  test('renews a session with less left, before AWS_MIN_TTL, and keeps one with more', async () => {
    await using scene = await setScene()
    const { sandbox } = scene
    const run = async (...flags: string[]) =>
      sandbox.ok(['exec', 'work', ...flags, '--', 'true'], { env: { AWS_MIN_TTL: '2h' } })
    await run('-d', '1h', '--min-ttl', '45m')
    await run('-d', '1h', '--min-ttl', '45m')
    assert.equal(scene.aws.calls.length, 1)
    const { stderr } = await run('-d', '1h', '--min-ttl', '61m')
    assert.equal(scene.aws.calls.length, 2)
    assert.match(stderr, /new credentials of profile work live \S+, less than 1h1m \(flag --min-ttl\)/)
    assert.match(
      (await sandbox.fails(['exec', 'work', '--min-ttl', 'soon'])).stderr,
      /min-ttl "soon" at flag --min-ttl/,
    )
  })

  test('asks for no new session of what only signs', async () => {
    await using scene = await setScene({
      config: `[profile work]\nmfa_serial=${ALICE_MFA}\n[profile r]\nsource_profile=work\nmfa_serial=${ALICE_MFA}\nrole_arn=${roleArn('admin')}\n`,
    })
    const { aws, sandbox } = scene
    await sandbox.ok(['exec', 'r', '-t', aws.mfaCode(ALICE_MFA), '--', 'true'])
    await sandbox.ok(['exec', 'r', '--min-ttl', '9h', '--', 'true'])
    assert.deepEqual(scene.calls(), [
      'GetSessionToken by alice',
      "AssumeRole by alice's session",
      "AssumeRole by alice's session",
    ])
  })
})
