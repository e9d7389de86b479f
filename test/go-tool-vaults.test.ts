/** Vaults that the Go tool wrote, with the program as users start it: nothing is lost, and no live session is. */
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { type LocalAws, startLocalAws } from './local-aws/index.ts'
import { KEYS, OTHER_KEYS, Sandbox } from './support/sandbox.ts'

const account = '111111111111'
const mfa = `arn:aws:iam::${account}:mfa/alice`
const role = `arn:aws:iam::${account}:role/admin`
const inAnHour = () => new Date(Date.now() + 3_600_000)

/** The sessions in the fixtures, by the name in their secrets. */
const session = (accessKeyId: string) => ({
  accessKeyId,
  secretAccessKey: `secret/for+${accessKeyId}xxxxxxxxx`,
  sessionToken: `token//for+${accessKeyId}==`,
  expiration: inAnHour(),
})

function startAws(): Promise<LocalAws> {
  return startLocalAws({
    world: {
      users: [
        {
          account,
          name: 'alice',
          accessKeys: [{ id: KEYS.accessKeyId, secret: KEYS.secretAccessKey }],
          mfaDevices: [{}],
        },
      ],
      roles: [
        { account, name: 'admin' },
        { account, name: 'reader' },
      ],
      sessions: [
        { ...session('ASIAGST0000000000001'), user: 'alice' },
        { ...session('ASIAASR0000000000001'), role: 'admin', roleSessionName: '1795346666000000000' },
      ],
    },
  })
}

async function setVault(name: string, passphrase: string, config: string) {
  const aws = await startAws()
  const sandbox = new Sandbox()
  sandbox.useAws(aws)
  sandbox.useVault(name, passphrase)
  sandbox.config(config)
  const dispose = async (): Promise<void> => {
    sandbox[Symbol.dispose]()
    await aws.close()
  }
  return { aws, sandbox, [Symbol.asyncDispose]: dispose }
}

const actions = (aws: LocalAws) => aws.calls.map(({ action }) => action)

describe('a vault of the Go tool', () => {
  test('keys and a session with MFA: the session is used, and no call is made', async () => {
    const config = `[profile dev]\nregion=eu-west-1\nmfa_serial=${mfa}\n[profile prod]\nregion=eu-west-1\n`
    await using scene = await setVault('two-profiles-one-session', 'correct horse battery staple', config)
    const { sandbox, aws } = scene
    const { stdout } = await sandbox.ok(['list'])
    assert.match(stdout, /^dev +dev +sts\.GetSessionToken:\d+d$/m)
    assert.match(stdout, /^prod +prod +-$/m)
    const program = await sandbox.environmentUnder(['dev'])
    assert.equal(program.AWS_SECRET_ACCESS_KEY, session('ASIAGST0000000000001').secretAccessKey)
    assert.equal(program.AWS_SESSION_TOKEN, session('ASIAGST0000000000001').sessionToken)
    assert.deepEqual(actions(aws), [])
    const keys = await sandbox.environmentUnder(['prod', '-n'])
    assert.equal(keys.AWS_SECRET_ACCESS_KEY, OTHER_KEYS.secretAccessKey)
  })

  test('the session with MFA also signs for a role', async () => {
    const config = `[profile dev]\nregion=eu-west-1\nmfa_serial=${mfa}
[profile admin]\nsource_profile=dev\nrole_arn=${role}\nmfa_serial=${mfa}\n`
    await using scene = await setVault('two-profiles-one-session', 'correct horse battery staple', config)
    await scene.sandbox.ok(['exec', 'admin', 'true'])
    assert.deepEqual(
      scene.aws.calls.map(({ action, accessKeyId }) => [action, accessKeyId]),
      [['AssumeRole', 'ASIAGST0000000000001']],
    )
  })

  test('a name with a slash, a space and an umlaut, and such a passphrase', async () => {
    await using scene = await setVault('unicode', 'pässwörd-✓', '[profile team/dev ünit]\nregion=eu-west-1\n')
    assert.match((await scene.sandbox.ok(['list'])).stdout, /^team\/dev ünit {2}team\/dev ünit {2}-$/m)
    const program = await scene.sandbox.environmentUnder(['team/dev ünit', '-n'])
    assert.equal(program.AWS_SECRET_ACCESS_KEY, KEYS.secretAccessKey)
  })

  test('an empty passphrase; empty keys are said to be none', async () => {
    await using scene = await setVault('empty-passphrase', '', '[profile blank]\n[profile blankpass]\n')
    const program = await scene.sandbox.environmentUnder(['blankpass', '-n'])
    assert.equal(program.AWS_ACCESS_KEY_ID, 'AKIAI33QH8DHBEXAMPLE')
    const { stderr } = await scene.sandbox.fails(['exec', 'blank', '-n', 'true'])
    assert.match(stderr, /keys of profile "blank"[\s\S]*hint: .*aws-vault add blank/)
  })

  describe('with an item of every kind', () => {
    const setAll = (more = '') =>
      setVault(
        'all-item-kinds',
        'every kind of item',
        `[profile src]\nregion=eu-west-1\n
[profile role]\nregion=eu-west-1\nsource_profile=src\nrole_arn=${role}\nmfa_serial=${mfa}\n${more}
[profile sso]\nsso_start_url=https://example.awsapps.com/start\n`,
      )

    test('list shows all of them', async () => {
      await using scene = await setAll()
      const { stdout } = await scene.sandbox.ok(['list'])
      assert.match(stdout, /^src +src +sts\.GetSessionToken:\d+d$/m)
      assert.match(stdout, /^role +- +sts\.AssumeRole:\d+d$/m)
      assert.match(stdout, /^sso +- +sso\.GetRoleCredentials:\d+d, oidc:https:\/\/example\.awsapps\.com\/start$/m)
      assert.match(stdout, /^web +- +sts\.AssumeRoleWithWebIdentity:\d+d$/m)
      assert.match(stdout, /^cp +- +credential_process:\d+d$/m)
    })

    test("a role's session is looked at once, by one GetCallerIdentity, and not again", async () => {
      await using scene = await setAll()
      const { sandbox, aws } = scene
      assert.equal(await sandbox.accessKeyIdUnder(['role']), 'ASIAASR0000000000001')
      assert.deepEqual(actions(aws), ['GetCallerIdentity'])
      assert.equal(await sandbox.accessKeyIdUnder(['role']), 'ASIAASR0000000000001')
      assert.deepEqual(actions(aws), ['GetCallerIdentity'])
    })

    test("a session of another role than the profile's is not used", async () => {
      await using scene = await setAll()
      const { sandbox, aws } = scene
      sandbox.config(sandbox.read('.aws/config').replace('role/admin', 'role/reader'))
      const accessKeyId = await sandbox.accessKeyIdUnder(['role', '-t', aws.mfaCode(mfa)])
      assert.notEqual(accessKeyId, 'ASIAASR0000000000001')
      assert.deepEqual(actions(aws), ['GetCallerIdentity', 'AssumeRole'])
    })

    test('a session of a role with a policy, tags or an external id is not used: nobody can tell', async () => {
      await using scene = await setAll('external_id=42\n')
      const { sandbox, aws } = scene
      await sandbox.ok(['exec', 'role', '-t', aws.mfaCode(mfa), 'true'])
      assert.deepEqual(actions(aws), ['AssumeRole'])
    })

    describe('single sign-on: a session', () => {
      const name = 'AWSReservedSSO_Admin_0123456789abcdef'
      const more = `sso_region=eu-west-1\nsso_account_id=${account}\nsso_role_name=Admin\n`
      const setSso = async (roleName: string) => {
        const scene = await setAll()
        scene.sandbox.config(scene.sandbox.read('.aws/config') + more.replace('Admin', roleName))
        scene.sandbox.env.AWS_ENDPOINT_URL = scene.aws.url
        scene.aws.addRole({ account, name, path: '/aws-reserved/sso.amazonaws.com/eu-west-1/' })
        scene.aws.seedSession({ ...session('ASIASSO0000000000002'), role: name, roleSessionName: 'alice' })
        return scene
      }

      test('is used, without a login, when AWS says that it is of the role; it is asked once', async () => {
        await using scene = await setSso('Admin')
        for (let run = 0; run < 2; run++) {
          assert.equal(await scene.sandbox.accessKeyIdUnder(['sso']), 'ASIASSO0000000000002')
        }
        assert.deepEqual(actions(scene.aws), ['GetCallerIdentity'])
      })

      test('of another role is not', async () => {
        await using scene = await setSso('Reader')
        await scene.sandbox.fails(['exec', 'sso', 'true'])
        assert.deepEqual(actions(scene.aws).slice(0, 2), ['GetCallerIdentity', 'GetRoleCredentials'])
      })
    })

    test('clear removes sessions and tokens, and no keys', async () => {
      await using scene = await setAll()
      assert.match((await scene.sandbox.ok(['clear'])).stdout, /^Cleared 6 sessions\.$/m)
      assert.deepEqual(Object.keys(scene.sandbox.vaultFiles()), ['src'])
    })
  })

  test('what we store, we store as the Go tool does: names, modes, and nothing at the end of the file', async () => {
    await using scene = await setVault('unicode', 'pässwörd-✓', '[profile a/b%c]\nregion=eu-west-1\n')
    const { sandbox } = scene
    await sandbox.add('a/b%c')
    await sandbox.ok(['exec', 'a/b%c', 'true'])
    const theirs = 'team%2Fdev ünit'
    const session = `sts.GetSessionToken,${Buffer.from('a/b%c').toString('base64url')},,`
    const files = Object.entries(sandbox.vaultFiles())
    const names = files.map(([name]) => (name.startsWith(session) ? 'session' : name))
    assert.deepEqual(names, ['a%2Fb%25c', 'session', theirs])
    for (const [name, content] of files) {
      assert.match(content, /^eyJ[\w-]+(\.[\w-]+){4}$/, name)
      if (name !== theirs) assert.equal(statSync(join(sandbox.vault, name)).mode & 0o777, 0o600)
    }
  })
})
