/** A cached session is used only for the very request that it was made for. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OTHER_KEYS } from './support/sandbox.ts'
import { roleArn, setScene } from './support/scene.ts'

const config = (role: string) => `[profile work]
region = eu-west-1

[profile app]
region = eu-west-1
source_profile = work
${role}
`
const admin = `role_arn = ${roleArn('admin')}`

for (const [what, changed, environment] of [
  ['the role', `role_arn = ${roleArn('reader')}`],
  ['the duration', `${admin}\nduration_seconds = 7200`],
  ['the tags', `${admin}\nsession_tags = team=red`],
  ['the external id', `${admin}\nexternal_id = other`],
  ['the name of the session', `${admin}\nrole_session_name = other`],
  ['a duration on the command line', admin, { AWS_VAULT_DURATION: '2h' }],
] as const) {
  test(`after ${what} has changed there is a new session, and the old one is gone`, async () => {
    await using scene = await setScene({ config: config(admin) })
    const { sandbox, calls } = scene
    const old = await sandbox.accessKeyIdUnder(['app'])
    sandbox.config(config(changed))
    const options = { env: { ...environment } }
    const changedOnce = await sandbox.accessKeyIdUnder(['app'], options)
    assert.notEqual(changedOnce, old)
    assert.equal(await sandbox.accessKeyIdUnder(['app'], options), changedOnce)
    assert.equal(calls().length, 2)
    sandbox.config(config(admin))
    assert.notEqual(await sandbox.accessKeyIdUnder(['app']), old, 'one session for each profile')
  })
}

test("a session is not taken to another partition's regions", async () => {
  await using scene = await setScene()
  const { sandbox, calls } = scene
  const old = await sandbox.accessKeyIdUnder(['work'])
  assert.equal(await sandbox.accessKeyIdUnder(['work'], { env: { AWS_REGION: 'us-east-1' } }), old)
  const { stderr } = await sandbox.fails(['exec', 'work', 'true'], 1, { env: { AWS_REGION: 'cn-north-1' } })
  assert.match(stderr, /another AWS partition/)
  assert.deepEqual(calls(), ['GetSessionToken by alice', 'GetSessionToken by alice'])
})

test('after the source profile has changed there is a new session', async () => {
  await using scene = await setScene({ config: config(admin) })
  const { sandbox, calls } = scene
  await sandbox.add('other', OTHER_KEYS)
  const old = await sandbox.accessKeyIdUnder(['app'])
  sandbox.config(config(admin).replace('= work', '= other'))
  assert.notEqual(await sandbox.accessKeyIdUnder(['app']), old)
  assert.deepEqual(calls(), ['AssumeRole by alice', 'AssumeRole by bob'])
})

test('after other keys were stored there are new sessions, of all profiles that are built on them', async () => {
  await using scene = await setScene({ config: config(admin) })
  const { sandbox, calls } = scene
  await sandbox.ok(['exec', 'work', '--', 'true'])
  await sandbox.ok(['exec', 'app', '--', 'true'])
  await sandbox.add('work', OTHER_KEYS)
  await sandbox.ok(['exec', 'work', '--', 'true'])
  await sandbox.ok(['exec', 'app', '--', 'true'])
  assert.deepEqual(calls(), [
    'GetSessionToken by alice',
    'AssumeRole by alice',
    'GetSessionToken by bob',
    'AssumeRole by bob',
  ])
})

test('what does not change the credentials does not cost a new session', async () => {
  await using scene = await setScene({ config: config(admin) })
  const { sandbox, calls } = scene
  const old = await sandbox.accessKeyIdUnder(['app'])
  sandbox.config(`# a comment\n${config(`${admin}\noutput = json`).replaceAll('eu-west-1', 'us-east-1')}`)
  assert.equal(await sandbox.accessKeyIdUnder(['app']), old)
  assert.equal(calls().length, 1)
})
