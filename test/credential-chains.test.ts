/** Which calls a profile costs, what the program gets, and what a second run costs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACCOUNT, ALICE_MFA, roleArn, setScene } from './support/scene.ts'

const work = '[profile work]\nregion=eu-west-1\n'

test('stored keys: one GetSessionToken, and none the second time', async () => {
  await using scene = await setScene()
  const { sandbox, aws, calls } = scene
  const first = await sandbox.accessKeyIdUnder(['work'])
  assert.equal(first, aws.calls[0]?.issued)
  assert.equal(await sandbox.accessKeyIdUnder(['work']), first)
  assert.deepEqual(calls(), ['GetSessionToken by alice'])
})

test('stored keys and MFA: one code, and none the second time', async () => {
  await using scene = await setScene({ config: `${work}mfa_serial=${ALICE_MFA}\n` })
  const { sandbox, aws, calls } = scene
  const first = await sandbox.accessKeyIdUnder(['work', '-t', aws.mfaCode(ALICE_MFA)])
  assert.equal(await sandbox.accessKeyIdUnder(['work']), first)
  assert.equal(await sandbox.accessKeyIdUnder(['work', '-t', '000000']), first, 'a code that is not needed is not used')
  assert.deepEqual(calls(), ['GetSessionToken by alice'])
})

test('a role: one AssumeRole, signed by the stored keys, and none the second time', async () => {
  await using scene = await setScene({
    config: `${work}[profile admin]\nsource_profile=work\nrole_arn=${roleArn('admin')}\nrole_session_name=me\n`,
  })
  const { sandbox, aws, calls } = scene
  const first = await sandbox.environmentUnder(['admin'])
  assert.equal(first.AWS_VAULT, 'admin')
  assert.equal(first.AWS_REGION, undefined, 'the region of the source profile is not that of the role')
  assert.equal(await sandbox.accessKeyIdUnder(['admin']), first.AWS_ACCESS_KEY_ID)
  assert.deepEqual(calls(), ['AssumeRole by alice'])
  const { RoleArn, RoleSessionName, DurationSeconds } = aws.calls[0]?.parameters ?? {}
  assert.deepEqual([RoleArn, RoleSessionName, DurationSeconds], [roleArn('admin'), 'me', '3600'])
})

test('a role that takes MFA: the code goes with AssumeRole', async () => {
  await using scene = await setScene({
    config: `${work}[profile guarded]\nsource_profile=work\nrole_arn=${roleArn('guarded')}\nmfa_serial=${ALICE_MFA}\n`,
  })
  const { sandbox, aws, calls } = scene
  const first = await sandbox.accessKeyIdUnder(['guarded', '-t', aws.mfaCode(ALICE_MFA)])
  assert.equal(await sandbox.accessKeyIdUnder(['guarded']), first)
  assert.deepEqual(calls(), ['AssumeRole by alice'])
})

test('MFA on the source only: a session token with MFA signs for the role', async () => {
  await using scene = await setScene({
    config: `${work}mfa_serial=${ALICE_MFA}\n[profile guarded]\nsource_profile=work\nrole_arn=${roleArn('guarded')}\n`,
  })
  const { sandbox, aws, calls } = scene
  await sandbox.ok(['exec', 'guarded', '-t', aws.mfaCode(ALICE_MFA), '--', 'true'])
  assert.deepEqual(calls(), ['GetSessionToken by alice', "AssumeRole by alice's session"])
  assert.equal(aws.calls[0]?.parameters.DurationSeconds, '28800')
})

test('one device for many roles: one code opens all of them', async () => {
  const role = (name: string) =>
    `[profile ${name}]\nsource_profile=work\nrole_arn=${roleArn(name)}\nmfa_serial=${ALICE_MFA}\n`
  await using scene = await setScene({
    config: `${work}mfa_serial=${ALICE_MFA}\n${['guarded', 'admin', 'reader'].map(role).join('')}`,
  })
  const { sandbox, aws, calls } = scene
  await sandbox.ok(['exec', 'guarded', '-t', aws.mfaCode(ALICE_MFA), '--', 'true'])
  await sandbox.ok(['exec', 'admin', '--', 'true'])
  await sandbox.ok(['exec', 'reader', '--', 'true'])
  assert.deepEqual(calls(), [
    'GetSessionToken by alice',
    "AssumeRole by alice's session",
    "AssumeRole by alice's session",
    "AssumeRole by alice's session",
  ])
})

test('a chain of roles: each signs the next, and the second run costs nothing', async () => {
  await using scene = await setScene({
    config: `${work}[profile admin]\nsource_profile=work\nrole_arn=${roleArn('admin')}
[profile deploy]\nsource_profile=admin\nrole_arn=${roleArn('deploy')}\nregion=us-east-1\n`,
  })
  const { sandbox, aws, calls } = scene
  const first = await sandbox.environmentUnder(['deploy'])
  assert.deepEqual([first.AWS_VAULT, first.AWS_REGION], ['deploy', 'us-east-1'])
  assert.equal(await sandbox.accessKeyIdUnder(['deploy']), first.AWS_ACCESS_KEY_ID)
  await sandbox.ok(['exec', 'admin', '--', 'true'])
  assert.deepEqual(calls(), ['AssumeRole by alice', "AssumeRole by admin's session"])
  assert.deepEqual(
    aws.calls.map(({ region }) => region),
    ['eu-west-1', 'us-east-1'],
  )
})

test('a chained role cannot live longer than an hour, and that is said', async () => {
  await using scene = await setScene({
    config: `${work}[profile admin]\nsource_profile=work\nrole_arn=${roleArn('admin')}
[profile deploy]\nsource_profile=admin\nrole_arn=${roleArn('deploy')}\n`,
  })
  const { sandbox, aws } = scene
  const { stderr } = await sandbox.ok(['exec', 'deploy', '-d', '4h', '--', 'true'])
  assert.match(stderr, /deploy.* 1h, not 4h/)
  assert.equal(aws.calls[1]?.parameters.DurationSeconds, '3600')
})

test('external id, tags and source identity go with AssumeRole', async () => {
  await using scene = await setScene({
    world: {
      users: [
        {
          name: 'alice',
          accessKeys: [{ id: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }],
        },
      ],
      roles: [
        {
          name: 'partner',
          trust: { principals: [ACCOUNT], externalId: 'ext/42', tagSession: true, setSourceIdentity: true },
        },
      ],
    },
    config: `${work}[profile partner]
source_profile = work
role_arn = ${roleArn('partner')}
external_id = ext/42
session_tags = team = red , cost=a=b
transitive_session_tags = team
source_identity = alice
`,
  })
  await scene.sandbox.ok(['exec', 'partner', '--', 'true'])
  const { parameters = {} } = scene.aws.calls[0] ?? {}
  const { ExternalId, SourceIdentity } = parameters
  assert.deepEqual([ExternalId, SourceIdentity], ['ext/42', 'alice'])
  assert.deepEqual(
    Object.entries(parameters).filter(([name]) => /Tag/.test(name)),
    [
      ['Tags.member.1.Key', 'team'],
      ['Tags.member.1.Value', 'red'],
      ['Tags.member.2.Key', 'cost'],
      ['Tags.member.2.Value', 'a=b'],
      ['TransitiveTagKeys.member.1', 'team'],
    ],
  )
})

test('the keys of the profile itself come before its source_profile', async () => {
  await using scene = await setScene({
    keys: ['admin'],
    config: `[profile admin]\nregion=eu-west-1\nrole_arn=${roleArn('admin')}\n`,
  })
  await scene.sandbox.ok(['exec', 'admin', '--', 'true'])
  assert.deepEqual(scene.calls(), ['AssumeRole by alice'])
})

test('a session with less than AWS_MIN_TTL left is replaced, one with more is not', async () => {
  await using scene = await setScene()
  const { sandbox, calls } = scene
  await sandbox.ok(['exec', '-d', '15m', 'work', '--', 'true'])
  await sandbox.ok(['exec', '-d', '15m', 'work', '--', 'true'], { env: { AWS_MIN_TTL: '14m' } })
  assert.equal(calls().length, 1)
  await sandbox.ok(['exec', '-d', '15m', 'work', '--', 'true'], { env: { AWS_MIN_TTL: '16m' } })
  assert.equal(calls().length, 2)
})

test('the AWS SDK of a program finds the credentials, and AWS knows who it is', async () => {
  await using scene = await setScene({
    config: `${work}[profile admin]\nsource_profile=work\nrole_arn=${roleArn('admin')}\nrole_session_name=me\nregion=eu-west-1\n`,
  })
  const program = `${import.meta.dirname}/support/who-am-i.ts`
  const { stdout } = await scene.sandbox.ok(['exec', 'admin', '--', process.execPath, program])
  assert.equal(stdout, `arn:aws:sts::${ACCOUNT}:assumed-role/admin/me\n`)
})

test('one code serves keys and role also where only the role has a region', async () => {
  await using scene = await setScene({
    config: `[profile work]\nmfa_serial = ${ALICE_MFA}\n[profile admin]\nregion = eu-west-1\nsource_profile = work\nrole_arn = ${roleArn('admin')}\nmfa_serial = ${ALICE_MFA}\n`,
  })
  const code = scene.aws.mfaCode(ALICE_MFA)
  await scene.sandbox.ok(['exec', 'work', '--mfa-token', code, 'true'])
  await scene.sandbox.ok(['exec', 'admin', 'true'])
  assert.deepEqual(scene.calls(), ['GetSessionToken by alice', "AssumeRole by alice's session"])
})
