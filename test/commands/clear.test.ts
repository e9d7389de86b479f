import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { roleArn, setScene } from '../support/scene.ts'

const config = `[profile work]
region = eu-west-1

[profile admin]
source_profile = work
role_arn = ${roleArn('admin')}
`

async function setClearScene() {
  const scene = await setScene({ config })
  for (const profile of ['work', 'admin']) await scene.sandbox.ok(['exec', profile, 'true'])
  return scene
}

describe('clear', () => {
  test('removes the sessions of one profile', async () => {
    await using scene = await setClearScene()
    const { sandbox } = scene
    assert.equal((await sandbox.ok(['clear', 'admin'])).stdout, 'Cleared 1 session.\n')
    assert.match((await sandbox.ok(['list', '--sessions'])).stdout, /^work sts\.GetSessionToken:\d+m\n$/)
    assert.equal((await sandbox.ok(['clear', 'admin'])).stdout, 'Cleared 0 sessions.\n')
  })

  test('removes all sessions, and no keys', async () => {
    await using scene = await setClearScene()
    const { sandbox } = scene
    assert.equal((await sandbox.ok(['clear'])).stdout, 'Cleared 2 sessions.\n')
    assert.equal((await sandbox.ok(['list', '--sessions'])).stdout, '')
    assert.equal((await sandbox.ok(['list', '--credentials'])).stdout, 'work\n')
    await sandbox.ok(['exec', 'work', 'true'])
    assert.deepEqual(scene.calls(), ['GetSessionToken by alice', 'AssumeRole by alice', 'GetSessionToken by alice'])
  })

  test('needs no passphrase', async () => {
    await using scene = await setClearScene()
    const env = { AWS_VAULT_FILE_PASSPHRASE: undefined }
    assert.equal((await scene.sandbox.ok(['clear'], { env })).stdout, 'Cleared 2 sessions.\n')
  })

  test('a profile that nobody knows is refused, with the nearest names', async () => {
    await using scene = await setClearScene()
    const { stderr } = await scene.sandbox.fails(['clear', 'amdin'])
    assert.match(stderr, /no profile "amdin"[\s\S]*hint: did you mean "admin"/)
  })

  test('sessions of a profile that is no longer in the config are removed', async () => {
    await using scene = await setClearScene()
    scene.sandbox.config('[profile work]\nregion = eu-west-1\n')
    assert.equal((await scene.sandbox.ok(['clear', 'admin'])).stdout, 'Cleared 1 session.\n')
  })

  test('--json says how many', async () => {
    await using scene = await setClearScene()
    assert.deepEqual(JSON.parse((await scene.sandbox.ok(['clear', '--json'])).stdout), { sessions: 2 })
  })
})
