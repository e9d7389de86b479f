/** The answers to completion scripts: what they are made from, how quietly, and how little is loaded for them. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, readdirSync } from 'node:fs'
import { describe, it } from 'node:test'
import { KEYS, Sandbox } from '../support/sandbox.ts'

const answered = async (box: Sandbox, ...words: string[]): Promise<string[]> => {
  const { stdout, stderr } = await box.ok(['complete', '--', ...words])
  assert.equal(stderr, '')
  return stdout.trimEnd().split('\n')
}

describe('complete', () => {
  it('offers the profiles of the config with what they are, and those of which keys are stored', async () => {
    using box = new Sandbox()
    box.config(
      [
        '[default]\nregion = eu-west-1',
        '[profile admin]\nrole_arn = arn:aws:iam::111122223333:role/team/Admin\nsource_profile = default',
        '[profile dev]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Developer',
        '[profile both]\nsource_profile = admin',
        '[profile it]\ncredential_process = print-secret --of me',
        '[profile in]\nlogin_session = arn:aws:iam::111122223333:user/x',
        '[profile ci]\nweb_identity_token_file = /t\nrole_arn = arn:aws:iam::444455556666:role/CI',
        '[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start',
        '[profile key]\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
        '',
      ].join('\n'),
    )
    await box.ok(['add', 'old one', '--env', '--no-add-config'], {
      env: { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey },
    })
    const offered = await answered(box, 'exec', '')
    assert.deepEqual(offered, [
      'values',
      'default',
      'admin\trole Admin in 111122223333',
      'dev\tSSO role Developer in 111122223333',
      'both\tcredentials of admin',
      'it\tcredential process',
      'in\taws login',
      'ci\trole CI in 444455556666',
      'key',
      'old one\tstored keys',
    ])
    assert.deepEqual(await answered(box, 'sso', 'login', ''), [
      'values',
      'corp\tSSO session',
      'dev\tSSO role Developer in 111122223333',
    ])
    // In another keyring nobody looks.
    assert.ok(!(await answered(box, '--backend', 'pass', 'exec', '')).some(line => line.startsWith('old one')))
  })

  it('honours AWS_CONFIG_FILE', async () => {
    using box = new Sandbox()
    box.config('[profile not-me]\n')
    const env = { AWS_CONFIG_FILE: box.write('other', '[profile me]\nregion = xx-own-1\n') }
    assert.equal((await box.ok(['complete', '--', 'exec', ''], { env })).stdout, 'values\nme\n')
    const { stdout } = await box.ok(['complete', '--', 'exec', 'me', '--region', ''], { env })
    assert.match(stdout, /^values\nxx-own-1\tin your config\n/)
    assert.match(stdout, /^eu-central-1$/m)
  })

  it("offers what installed plugins bring: parts, their flags, and their packages' commands", async () => {
    using box = new Sandbox()
    const root = box.path('shelf')
    box.write(
      '.local/share/aws-vault/package.json',
      JSON.stringify({ oclif: { plugins: [{ name: '@acme/shelf', type: 'link', root }] } }),
    )
    const shelf = {
      summary: 'A shelf',
      module: './index.js',
      options: { width: { summary: 'How wide', flag: 'shelf-width' } },
    }
    box.write(
      'shelf/package.json',
      JSON.stringify({ name: '@acme/shelf', awsVault: { api: 1, contributes: { keyrings: { shelf } } } }),
    )
    box.write(
      'shelf/oclif.manifest.json',
      JSON.stringify({ commands: { dust: { id: 'dust', summary: 'Dust it' }, exec: { id: 'exec' } } }),
    )
    assert.ok((await answered(box, 'list', '--backend', '')).includes('shelf\tA shelf'))
    assert.deepEqual(await answered(box, 'exec', '--shelf'), ['values', '--shelf-width\tHow wide'])
    assert.deepEqual(await answered(box, 'du'), ['values', 'dust\tDust it'])
    assert.deepEqual(await answered(box, 'plugins', 'uninstall', ''), ['values', '@acme/shelf'])
    assert.ok((await answered(box, 'plugins', 'use', 'keyring', '')).includes('shelf=@acme/shelf\tA shelf'))
    // Ours stays ours.
    assert.ok((await answered(box, 'exec', '--')).some(line => line.startsWith('--region')))
  })

  it('says nothing when it fails, but into a file that AWS_VAULT_COMPLETION_LOG names', async () => {
    using box = new Sandbox()
    box.config('')
    chmodSync(box.path('.aws/config'), 0)
    // Root reads everything: a directory it cannot read as a file.
    const env = { AWS_CONFIG_FILE: box.home }
    for (const args of [
      ['complete', '--', 'exec', ''],
      ['complete', 'tcsh', 'exec'],
    ]) {
      const { code, stdout, stderr } = await box.run(args, {
        env: { ...env, AWS_VAULT_COMPLETION_LOG: box.path('log') },
      })
      assert.deepEqual([code, stdout, stderr], [1, '', ''])
    }
    assert.match(box.read('log'), /the AWS config file .* cannot be read \(EISDIR\)[\s\S]*no such form/)
    assert.deepEqual((await box.run(['complete', 'tcsh'], { env })).stderr, '')
  })

  it('offers thousands, and nothing that could do things to a terminal', async () => {
    using box = new Sandbox()
    const names = Array.from({ length: 5000 }, (_, index) => `p${index}`)
    box.config(
      `${names.map(name => `[profile ${name}]\nregion = eu-west-1\n`).join('')}[profile a\u001b[31mb]\n[profile a\tb]\n`,
    )
    assert.deepEqual(await answered(box, 'exec', ''), ['values', ...names])
  })

  it('loads one file of ours, and nothing of Node that talks, spawns or asks; opens no keyring, writes nothing', async () => {
    using box = new Sandbox()
    box.config('[profile work]\nregion = eu-west-1\n')
    const witness = box.write(
      'witness.cjs',
      `const before = new Set(process.moduleLoadList)
process.on('exit', () => require('node:fs').writeFileSync(process.env.WITNESS, JSON.stringify({ files: Object.keys(require.cache), builtins: process.moduleLoadList.filter(name => !before.has(name)) })))`,
    )
    const env = {
      NODE_OPTIONS: `--require ${witness}`,
      WITNESS: box.path('loaded.json'),
      AWS_VAULT_BACKEND: undefined,
      AWS_VAULT_FILE_PASSPHRASE: undefined,
    }
    for (const args of [
      ['complete', '--', 'exec', ''],
      ['complete', 'bash', ' ', 'aws-vault exec work --re'],
    ]) {
      await box.ok(args, { env })
      const { files, builtins } = JSON.parse(box.read('loaded.json')) as { files: string[]; builtins: string[] }
      assert.deepEqual(
        files.filter(file => file !== witness).map(file => file.replace(/.*\/dist\//, 'dist/')),
        ['dist/complete.cjs'],
      )
      const forbidden =
        /^NativeModule (?:net|tty|http|https|http2|tls|dns|child_process|crypto|readline|fs\/promises|sqlite|worker_threads|inspector|perf_hooks|repl)$/
      assert.deepEqual(
        builtins.filter(name => forbidden.test(name)),
        [],
      )
    }
    assert.ok(!existsSync(box.path('.awsvault')))
    assert.ok(!existsSync(box.path('.local')))
    assert.deepEqual(readdirSync(box.path('.cache/aws-vault')), ['compiled'])
  })
})
