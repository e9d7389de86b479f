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

  test('--type removes the sessions of one type, of all or of one profile', async () => {
    await using scene = await setClearScene()
    const { sandbox } = scene
    await sandbox.ok(['exec', 'admin', '--read-only', 'true'])
    await sandbox.ok(['exec', 'work', '--read-only', 'true'])
    const left = async () => (await sandbox.ok(['list', '--sessions'])).stdout.match(/\S+ s[^:]+/g)
    const cleared = async (...args: string[]) => (await sandbox.ok(['clear', ...args])).stdout
    assert.equal(await cleared('work', '--type', 'sts.AssumeRole'), 'Cleared 0 sessions.\n')
    assert.equal(await cleared('admin', '--type', 'sts.AssumeRole+policy'), 'Cleared 1 session.\n')
    assert.deepEqual(await left(), ['work sts.GetFederationToken', 'work sts.GetSessionToken', 'admin sts.AssumeRole'])
    await sandbox.ok(['exec', 'admin', '--read-only', 'true'])
    assert.equal(await cleared('--type', 'sts.AssumeRole'), 'Cleared 2 sessions.\n', 'those with a policy too')
    assert.equal(await cleared('--type', 'plugin.okta'), 'Cleared 0 sessions.\n')
    assert.equal(await cleared('--type', 'oidc'), 'Cleared 0 sessions.\n')
    assert.deepEqual(await left(), ['work sts.GetFederationToken', 'work sts.GetSessionToken'])
  })

  test('a type that there is not is refused, with those that there are', async () => {
    await using scene = await setClearScene()
    const { stderr } = await scene.sandbox.fails(['clear', '--type', 'AssumeRole'], 2)
    assert.match(
      stderr,
      /no sessions of a type "AssumeRole"[\s\S]*hint: types are sts\.GetSessionToken, sts\.AssumeRole/,
    )
    assert.equal((await scene.sandbox.ok(['clear'])).stdout, 'Cleared 2 sessions.\n')
  })

  test('--json says how many', async () => {
    await using scene = await setClearScene()
    assert.deepEqual(JSON.parse((await scene.sandbox.ok(['clear', '--json'])).stdout), { sessions: 2 })
  })
})
