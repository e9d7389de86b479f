import assert from 'node:assert/strict'
import { readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Sandbox } from '../support/sandbox.ts'
import { roleArn, setScene } from '../support/scene.ts'

const config = `[default]
region = eu-west-1

[profile zoo]
[profile work]
region = eu-west-1

[profile a]
source_profile = work
role_arn = ${roleArn('admin')}
`

/** A scene with keys of work and of two profiles that the config does not have, and live sessions of work and a. */
async function setListScene() {
  const scene = await setScene({ config, keys: ['work'] })
  for (const profile of ['zz', 'old']) {
    const env = {
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    }
    await scene.sandbox.ok(['add', profile, '--env', '--no-add-config'], { env })
  }
  await scene.sandbox.ok(['exec', 'work', '-d', '15m', 'true'])
  await scene.sandbox.ok(['exec', 'a', '-d', '2h', 'true'])
  return scene
}

describe('list', () => {
  test('is a table: profiles in the order of the config, then other credentials, columns as wide as they need', async () => {
    await using scene = await setListScene()
    for (const command of ['list', 'ls']) {
      assert.equal(
        (await scene.sandbox.ok([command])).stdout,
        `Profile  Credentials  Sessions
=======  ===========  ========
default  -            -
zoo      -            -
work     work         sts.GetSessionToken:14m
a        -            sts.AssumeRole:1h59m
-        old          -
-        zz           -
`,
      )
    }
  })

  test('columns are as wide as names that are wide on the screen', async () => {
    using sandbox = new Sandbox()
    sandbox.config('[profile 日本]\n[profile 🦊🦊🦊🦊🦊]\n[profile ünit]\n')
    await sandbox.add('日本')
    assert.equal(
      (await sandbox.ok(['list'])).stdout,
      `Profile     Credentials  Sessions
=======     ===========  ========
日本        日本         -
🦊🦊🦊🦊🦊  -            -
ünit        -            -
`,
    )
  })

  test('--profiles, --credentials and --sessions print one thing a line', async () => {
    await using scene = await setListScene()
    const { sandbox } = scene
    assert.equal((await sandbox.ok(['list', '--credentials'])).stdout, 'work\nold\nzz\n')
    assert.equal(
      (await sandbox.ok(['list', '--sessions'])).stdout,
      `work sts.GetSessionToken:14m\na sts.AssumeRole:1h59m ${roleArn('admin')}\n`,
    )
    const profiles = (await sandbox.ok(['list', '--profiles'])).stdout.split('\n')
    assert.deepEqual(profiles, ['default', 'zoo', 'work', 'a', ''])
    await sandbox.fails(['list', '--profiles', '--sessions'], 2)
  })

  test('--json is the same for programs', async () => {
    await using scene = await setListScene()
    const rows = JSON.parse((await scene.sandbox.ok(['list', '--json'])).stdout)
    const { sessions, ...work } = rows[2]
    assert.deepEqual(work, { profile: 'work', configured: true, credentials: true, ssoTokens: [] })
    const [{ type, expiration, secondsLeft, ...rest }] = sessions
    assert.deepEqual([type, rest], ['sts.GetSessionToken', {}])
    assert.ok(secondsLeft > 800 && secondsLeft <= 900)
    assert.ok(Math.abs(new Date(expiration).getTime() - Date.now() - secondsLeft * 1000) < 10_000)
    assert.equal(rows[3].sessions[0].role, roleArn('admin'))
    assert.deepEqual(
      rows.map(({ profile, configured, credentials }: Record<string, unknown>) => [profile, configured, credentials]),
      [
        ['default', true, false],
        ['zoo', true, false],
        ['work', true, true],
        ['a', true, false],
        ['old', false, true],
        ['zz', false, true],
      ],
    )
  })

  test('works without a passphrase, and with a wrong one', async () => {
    await using scene = await setListScene()
    const expected = await scene.sandbox.ok(['list'])
    for (const passphrase of [undefined, 'wrong']) {
      const env = { AWS_VAULT_FILE_PASSPHRASE: passphrase }
      assert.deepEqual(await scene.sandbox.ok(['list'], { env }), expected)
    }
  })

  test('does not show expired sessions', async () => {
    await using scene = await setListScene()
    const { vault } = scene.sandbox
    const [session = ''] = readdirSync(vault).filter(name => name.startsWith('sts.GetSessionToken'))
    renameSync(join(vault, session), join(vault, session.replace(/\d+$/, '1700000000')))
    const { stdout } = await scene.sandbox.ok(['list'])
    assert.match(stdout, /^work +work +-$/m)
    assert.equal(
      (await scene.sandbox.ok(['list', '--sessions'])).stdout,
      `a sts.AssumeRole:1h59m ${roleArn('admin')}\n`,
    )
  })

  test('in an empty home says nothing wrong, and writes nothing', async () => {
    using sandbox = new Sandbox()
    assert.equal(
      (await sandbox.ok(['list'])).stdout,
      'Profile  Credentials  Sessions\n=======  ===========  ========\n',
    )
    for (const flag of ['--profiles', '--sessions', '--credentials']) {
      assert.equal((await sandbox.ok(['list', flag])).stdout, '')
    }
    assert.deepEqual(JSON.parse((await sandbox.ok(['list', '--json'])).stdout), [])
    // Compiled code is all that may be there.
    assert.deepEqual(readdirSync(sandbox.home), ['.cache'])
  })
})
