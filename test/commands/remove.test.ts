import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { roleArn, setScene } from '../support/scene.ts'

const config = `[profile work]
region = eu-west-1

[profile admin]
source_profile = work
role_arn = ${roleArn('admin')}

[profile deploy]
source_profile = admin
role_arn = ${roleArn('deploy')}

[profile other]
region = eu-west-1
`

async function setRemoveScene() {
  const scene = await setScene({ config, keys: ['work', 'other'] })
  for (const profile of ['work', 'deploy', 'other']) await scene.sandbox.ok(['exec', profile, 'true'])
  return scene
}

describe('remove', () => {
  test('-f removes the keys, and all sessions that were made from them, over however many roles', async () => {
    await using scene = await setRemoveScene()
    const { sandbox } = scene
    const { stdout } = await sandbox.ok(['remove', 'work', '-f'])
    assert.equal(stdout, 'Removed the credentials of profile "work".\nRemoved 3 sessions.\n')
    assert.equal((await sandbox.ok(['list', '--credentials'])).stdout, 'other\n')
    assert.match((await sandbox.ok(['list', '--sessions'])).stdout, /^other sts\.GetSessionToken:\d+m\n$/)
    assert.equal(sandbox.read('.aws/config'), config)
    const { stderr } = await sandbox.fails(['exec', 'deploy', 'true'])
    assert.match(
      stderr,
      /no credentials are stored for profile "work" \(deploy -> admin -> work\)[\s\S]*hint: .*add work/,
    )
  })

  test('-s removes only the sessions of the profile', async () => {
    await using scene = await setRemoveScene()
    const { sandbox } = scene
    assert.equal((await sandbox.ok(['rm', 'work', '-s', '-f'])).stdout, 'Removed 1 session.\n')
    assert.equal((await sandbox.ok(['list', '--credentials'])).stdout, 'work\nother\n')
    assert.doesNotMatch((await sandbox.ok(['list', '--sessions'])).stdout, /^work /m)
    assert.match((await sandbox.ok(['list', '--sessions'])).stdout, /^admin .*\ndeploy /m)
  })

  test('without anybody to ask, nothing is removed', async () => {
    await using scene = await setRemoveScene()
    const before = scene.sandbox.vaultFiles()
    const { stderr } = await scene.sandbox.fails(['remove', 'work'])
    assert.match(stderr, /terminal/)
    assert.deepEqual(scene.sandbox.vaultFiles(), before)
  })

  test('a profile without credentials: refused, with those that are stored', async () => {
    await using scene = await setRemoveScene()
    const { stderr } = await scene.sandbox.fails(['remove', 'admin', '-f'])
    assert.match(stderr, /no credentials are stored for profile "admin"[\s\S]*hint: stored are: other, work/)
  })

  test('needs no passphrase', async () => {
    await using scene = await setRemoveScene()
    await scene.sandbox.ok(['remove', 'work', '-f'], { env: { AWS_VAULT_FILE_PASSPHRASE: undefined } })
    assert.equal((await scene.sandbox.ok(['list', '--credentials'])).stdout, 'other\n')
  })

  test('--json says what was done', async () => {
    await using scene = await setRemoveScene()
    assert.deepEqual(JSON.parse((await scene.sandbox.ok(['remove', 'work', '-f', '--json'])).stdout), {
      profile: 'work',
      credentials: true,
      sessions: 3,
    })
  })
})
