/** What plugins can do, and that one that is broken hurts only those who ask for its parts. */
import assert from 'node:assert/strict'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { ALICE_MFA, roleArn, setScene } from './support/scene.ts'

const work = '[profile work]\nregion = eu-west-1\n'
const fixtures = join(import.meta.dirname, 'fixtures', 'plugins')

test('a plugin for another version of our interfaces is named once, and everything else works', async () => {
  await using scene = await setScene()
  const { sandbox } = scene
  await sandbox.ok(['plugins', 'link', join(fixtures, 'keyring-of-tomorrow')])
  const told =
    /^aws-vault: plugin aws-vault-keyring-of-tomorrow 9\.0\.0 is built for plugin API 2, .* \(update aws-vault\)$/gm
  for (const args of [['list'], ['exec', 'work', 'true'], ['export', 'work'], ['clear'], ['remove', 'work', '-f']]) {
    const { stderr } = await sandbox.ok(args)
    assert.equal(stderr.match(told)?.length, 1, `${args}: ${stderr}`)
  }
  const { stderr } = await sandbox.fails(['list', '--backend', 'tomorrow'])
  assert.match(stderr, /there is no keyring "tomorrow"/)
})

test('a plugin that throws when it is imported is imported by nobody but those who want it', async () => {
  await using scene = await setScene()
  const { sandbox } = scene
  await sandbox.ok(['plugins', 'link', join(fixtures, 'keyring-broken')])
  const { stderr } = await sandbox.ok(['exec', 'work', 'true'])
  assert.match(
    stderr,
    /^aws-vault: plugin aws-vault-keyring-broken: .*Bad Name.*plugins uninstall aws-vault-keyring-broken\)$/m,
  )
  assert.equal(stderr.split('\n').length, 2)
  const broken = await sandbox.fails(['list', '--backend', 'broken'])
  assert.match(
    broken.stderr,
    /keyring "broken" of aws-vault-keyring-broken 1\.0\.0 cannot be loaded: no daemon by that name\n {2}hint: .*plugins uninstall aws-vault-keyring-broken/,
  )
  const empty = await sandbox.fails(['list', '--backend', 'empty'])
  assert.match(
    empty.stderr,
    /keyring "empty" of aws-vault-keyring-broken 1\.0\.0 has no default export with a method open/,
  )
})

test('a broken keyring does not keep the best one that works from being found', async () => {
  await using scene = await setScene({ keys: [] })
  const { sandbox } = scene
  await sandbox.ok(['plugins', 'link', join(fixtures, 'keyring-broken')])
  await sandbox.ok(['list'], { env: { AWS_VAULT_BACKEND: undefined } })
})

test('a keyring that is installed is not used until it is named, however well its name would rank', async () => {
  await using scene = await setScene()
  const { sandbox } = scene
  const folder = sandbox.path('pass')
  sandbox.write('pass/index.js', 'throw new Error("imported without need")')
  const awsVault = { api: 1, contributes: { keyrings: { pass: { summary: 's', module: './index.js' } } } }
  const packageJson = { name: 'x-pass', version: '1.0.0', type: 'module', oclif: {}, awsVault }
  sandbox.write('pass/package.json', JSON.stringify(packageJson))
  await sandbox.ok(['plugins', 'link', folder])
  const { stdout } = await sandbox.ok(['list'], { env: { AWS_VAULT_BACKEND: undefined } })
  assert.match(stdout, /^work +work/m)
})

test('from a chosen plugin that is gone there is a way back', async () => {
  await using scene = await setScene()
  const { sandbox } = scene
  await sandbox.ok(['plugins', 'link', join(fixtures, 'exposure-shout')])
  await sandbox.ok(['plugins', 'use', 'exposure', 'env=aws-vault-exposure-shout'])
  await sandbox.ok(['plugins', 'uninstall', 'aws-vault-exposure-shout'])
  const { stderr } = await sandbox.fails(['exec', 'work', 'true'])
  assert.match(stderr, /aws-vault-exposure-shout, which is not installed .*\n {2}hint: .*use exposure env=built-in/)
  await sandbox.ok(['plugins', 'use', 'exposure', 'env=built-in'])
  await sandbox.ok(['exec', 'work', 'true'])
})

test('a plugin whose folder is gone is named once, with what to do, and everything else works', async () => {
  await using scene = await setScene()
  const { sandbox } = scene
  const folder = sandbox.path('shout')
  cpSync(join(fixtures, 'exposure-shout'), folder, { recursive: true })
  await sandbox.ok(['plugins', 'link', folder])
  rmSync(folder, { recursive: true })
  const told = /^aws-vault: plugin aws-vault-exposure-shout is gone \(.*\/shout\) \(aws-vault plugins uninstall .*\)$/gm
  const { stderr } = await sandbox.ok(['exec', 'work', 'true'])
  assert.equal(stderr.match(told)?.length, 1, stderr)
  await sandbox.ok(['plugins', 'uninstall', 'aws-vault-exposure-shout'])
  assert.equal((await sandbox.ok(['exec', 'work', 'true'])).stderr, '')
})

test('a list of plugins that cannot be read is named, and everything else works', async () => {
  await using scene = await setScene()
  const { sandbox } = scene
  sandbox.write('.local/share/aws-vault/package.json', '{"oclif": {"plugins": [')
  const { stderr } = await sandbox.ok(['exec', 'work', 'true'])
  assert.match(stderr, /^aws-vault: the list of installed plugins, .*package\.json, cannot be read/m)
})

test('a note of the plugins in use that cannot be read is named, and everything else works', async () => {
  await using scene = await setScene()
  const { sandbox } = scene
  sandbox.write('.local/share/aws-vault/plugins/current', '../elsewhere')
  const { stderr } = await sandbox.ok(['exec', 'work', 'true'])
  assert.match(stderr, /^aws-vault: the list of installed plugins cannot be read: .*current does not name/m)
  await sandbox.ok(['exec', '--help'])
  await sandbox.ok(['plugins'])
  const link = await sandbox.fails(['plugins', 'link', join(fixtures, 'exposure-shout')])
  assert.match(link.stderr, /plugins link did nothing: .*current does not name .*\n {2}hint: remove that file/)
})

test('a plugin that hooks into oclif: its hooks run, and our commands do what they do without it', async () => {
  await using scene = await setScene()
  const { sandbox } = scene
  await sandbox.ok(['plugins', 'link', join(fixtures, 'hooked')])
  const ended = await sandbox.run(['exec', 'work', 'sh', '-c', 'echo "$AWS_VAULT"; exit 7'])
  assert.deepEqual([ended.code, ended.stdout], [7, 'work\n'])
  assert.match(ended.stderr, /^hooked: exec$/m)
  assert.equal((await sandbox.run(['exec', '-n', 'work', '--', 'sh', '-c', 'kill -TERM $$'])).signal, 'SIGTERM')
  assert.match((await sandbox.fails(['exec', 'wrok', 'true'])).stderr, /did you mean "work"/)
  await sandbox.fails(['exec', '--nonsense'], 2)
  await sandbox.fails(['exec', 'work', 'no-such-program'], 127)
  assert.equal((await sandbox.ok(['ls', '--credentials'])).stdout, 'work\n')
})

describe('a plugin with a provider and a prompt', () => {
  const config = `[profile app]\nacme_app = tool\nacme_url = https://login.example.com/#/
[profile role]\nregion = eu-west-1\nsource_profile = app\nrole_arn = ${roleArn('admin')}\n${work}mfa_serial = ${ALICE_MFA}\n`

  async function setAcmeScene() {
    const scene = await setScene({ config })
    await scene.sandbox.ok(['plugins', 'link', join(fixtures, 'acme')])
    Object.assign(scene.sandbox.env, { AWS_VAULT_PROMPT: 'canned', CANNED_ANSWER: 'open sesame, please' })
    scene.sandbox.secrets.add('open sesame, please')
    return scene
  }

  test('the provider has the profiles with its keys, and what it makes is cached', async () => {
    await using scene = await setAcmeScene()
    const { sandbox } = scene
    const program = await sandbox.environmentUnder(['app', '--debug'])
    assert.equal(program.AWS_SESSION_TOKEN, 'token-of-tool')
    assert.equal(program.CANNED_ANSWER, undefined, 'a secret of a plugin does not reach the program')
    const secret = Buffer.from(program.AWS_SECRET_ACCESS_KEY ?? '', 'hex').toString()
    assert.equal(secret, 'open sesame, please/https://login.example.com/#/')
    const env = { CANNED_ANSWER: 'something else' }
    assert.deepEqual(await sandbox.environmentUnder(['app'], { env }), program)
    assert.equal((await sandbox.ok(['list', '--sessions'])).stdout, 'app plugin.acme:59m\n')
    const refreshed = await sandbox.environmentUnder(['app', '--refresh', '-d', '15m'], { env })
    assert.notEqual(refreshed.AWS_SECRET_ACCESS_KEY, program.AWS_SECRET_ACCESS_KEY)
    assert.equal((await sandbox.ok(['clear', 'app'])).stdout, 'Cleared 1 session.\n')
  })

  test('its credentials sign for a role', async () => {
    await using scene = await setAcmeScene()
    const { sandbox, aws } = scene
    const { AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = await sandbox.environmentUnder(['app'])
    const accessKeyId = 'ASIAAPP'.padEnd(20, '0')
    aws.seedSession({ accessKeyId, secretAccessKey, sessionToken: 'token-of-tool', user: 'alice' })
    assert.equal(await sandbox.accessKeyIdUnder(['role']), aws.calls[0]?.issued)
    assert.deepEqual(scene.calls(), ["AssumeRole by alice's session"])
  })

  test('the prompt answers the question for an MFA code, and the one of remove', async () => {
    await using scene = await setAcmeScene()
    const { sandbox, aws } = scene
    const { stderr } = await sandbox.ok(['exec', '--prompt', 'canned', '--canned-show', 'work', 'true'], {
      env: { CANNED_ANSWER: aws.mfaCode(ALICE_MFA) },
    })
    assert.equal(stderr, `aws-vault: asked: MFA code of ${ALICE_MFA} for profile work\n`)
    assert.equal((await sandbox.ok(['remove', 'work'])).stdout, 'Nothing was removed.\n')
    const { stdout } = await sandbox.ok(['remove', 'work'], { env: { CANNED_ANSWER: 'Yes' } })
    assert.match(stdout, /^Removed the credentials of profile "work"\.$/m)
  })
})

test("a plugin that bears a built-in package's name and part takes nothing's place", async () => {
  await using scene = await setScene()
  const { sandbox } = scene
  const packageJson = {
    name: '@aws-vault/keyring-file',
    version: '99.0.0',
    type: 'module',
    oclif: {},
    awsVault: { api: 1, contributes: { keyrings: { file: { summary: 'a thief', module: './index.js' } } } },
  }
  sandbox.write('thief/package.json', JSON.stringify(packageJson))
  sandbox.write('thief/index.js', 'throw new Error("imported")\n')
  await sandbox.ok(['plugins', 'link', sandbox.path('thief')])
  assert.equal((await sandbox.ok(['exec', '-n', 'work', 'true'])).stderr, '')
  await sandbox.ok(['plugins', 'use', 'keyring', 'file=@aws-vault/keyring-file'])
  const { stderr } = await sandbox.fails(['exec', '-n', 'work', 'true'])
  assert.match(stderr, /keyring "file" of @aws-vault\/keyring-file 99\.0\.0 cannot be loaded: imported/)
  await sandbox.ok(['plugins', 'use', 'keyring', 'file=built-in'])
  await sandbox.ok(['exec', '-n', 'work', 'true'])
})
