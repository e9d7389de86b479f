import assert from 'node:assert/strict'
import { chmodSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { NamedFinding } from '../../src/doctor/run-checks.ts'
import { startLocalAws } from '../local-aws/index.ts'
import { mountOn } from '../support/mounts.ts'
import { KEYS, OTHER_KEYS, Sandbox } from '../support/sandbox.ts'
import { setScene } from '../support/scene.ts'
import { Terminal } from '../support/terminal.ts'

const config = '[profile work]\nregion = eu-west-1\n'
const inCredentials = (name: string, keys: typeof KEYS | typeof OTHER_KEYS = KEYS) =>
  `[${name}]\naws_access_key_id = ${keys.accessKeyId}\naws_secret_access_key = ${keys.secretAccessKey}\n`
const inShell = `alias l=ls\nexport AWS_ACCESS_KEY_ID=${OTHER_KEYS.accessKeyId}\nexport AWS_SECRET_ACCESS_KEY=${OTHER_KEYS.secretAccessKey}\n`

interface Diagnosis {
  readonly healthy: boolean
  readonly findings: readonly NamedFinding[]
  readonly imported?: readonly { accessKeyId: string; outcome: string; reason?: string; profile?: string }[]
}

async function diagnosis(sandbox: Sandbox, args: readonly string[] = ['--offline'], options = {}): Promise<Diagnosis> {
  const ended = await sandbox.run(['doctor', '--json', ...args], options)
  const result: Diagnosis = JSON.parse(ended.stdout)
  assert.equal(ended.code, result.healthy ? 0 : 1, ended.stderr)
  return result
}

const of = ({ findings }: Diagnosis, check: string): NamedFinding[] => findings.filter(it => it.check === check)

describe('doctor', () => {
  test('where all is well: only the passphrase in the environment is worth a word, and it exits 0', async () => {
    await using scene = await setScene()
    const { stdout } = await scene.sandbox.ok(['doctor'])
    assert.match(
      stdout,
      /^ok {7}keystore: the file keyring \(environment variable AWS_VAULT_BACKEND\) opens in \d+ ms, lists 1 item in \d+ ms, gives one in \d+ ms$/m,
    )
    assert.match(stdout, /^ok {7}clock: agrees with that of AWS$/m)
    assert.match(stdout, /^ok {7}profiles: 1 of 1 profiles have a way to credentials$/m)
    assert.match(
      stdout,
      /^warning {2}environment: AWS_VAULT_FILE_PASSPHRASE is set.*\n {9}mend: unset AWS_VAULT_FILE_PASSPHRASE/m,
    )
    assert.match(stdout, /\n\n0 broken, 1 warning\.\n$/)
    assert.deepEqual(scene.calls(), [], 'what is asked for the time is no call')
  })

  test('changes nothing, asks nobody, and makes no directory', async () => {
    using sandbox = new Sandbox()
    const { findings } = await diagnosis(sandbox, ['--offline'], { env: { AWS_VAULT_FILE_PASSPHRASE: undefined } })
    assert.ok(findings.length >= 12)
    assert.throws(() => statSync(sandbox.vault), { code: 'ENOENT' })
  })

  test('a vault that is locked is not broken; one whose passphrase is wrong is', async () => {
    await using scene = await setScene()
    const { sandbox } = scene
    const locked = await diagnosis(sandbox, ['--offline'], { env: { AWS_VAULT_FILE_PASSPHRASE: undefined } })
    assert.match(of(locked, 'keystore')[0]?.message ?? '', /it is locked/)
    assert.equal(locked.healthy, true)
    const wrong = await diagnosis(sandbox, ['--offline'], { env: { AWS_VAULT_FILE_PASSPHRASE: 'wrong' } })
    assert.deepEqual([wrong.healthy, of(wrong, 'keystore')[0]?.level], [false, 'broken'])
  })

  test('a clock that is wrong, by how much, and that nobody answers', async () => {
    await using aws = await startLocalAws()
    using sandbox = new Sandbox()
    sandbox.useAws(aws)
    aws.setClock(() => Date.now() + 600_000)
    const [behind] = of(await diagnosis(sandbox, []), 'clock')
    assert.deepEqual(behind?.level, 'broken')
    assert.match(behind?.message ?? '', /clock is (599|600|601) s behind that of AWS/)
    await aws.close()
    const [unreachable] = of(await diagnosis(sandbox, []), 'clock')
    assert.equal(unreachable?.level, 'warning')
    assert.match(unreachable?.message ?? '', /127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)/)
  })

  test('what is broken makes it exit 1: a config, modes, a plugin', async () => {
    using sandbox = new Sandbox()
    sandbox.config('[profile a]\nsource_profile = b\n[profile b]\nsource_profile = a\n')
    chmodSync(sandbox.path('.aws/config'), 0o666)
    await sandbox.ok(['plugins', 'link', join(import.meta.dirname, '..', 'fixtures', 'plugins', 'keyring-broken')])
    await sandbox.ok(['plugins', 'link', join(import.meta.dirname, '..', 'fixtures', 'plugins', 'keyring-of-tomorrow')])
    const result = await diagnosis(sandbox)
    const told = (check: string) =>
      of(result, check)
        .map(({ message }) => message)
        .join('\n')
    assert.match(told('profiles'), /source_profile goes in a circle/)
    assert.match(told('file modes'), /other users may write to ~\/\.aws\/config \(mode 0666\)/)
    assert.match(told('plugins'), /keyring "broken" of \S+ 1\.0\.0 cannot be loaded: no daemon by that name/)
    assert.match(told('plugins'), /built for plugin API 2/)
    const { code } = await sandbox.run(['doctor', '--offline'])
    assert.equal(code, 1)
  })

  test('settings that cannot be read are said once', async () => {
    using sandbox = new Sandbox()
    sandbox.write('.config/aws-vault/settings.ini/x', '')
    const result = await diagnosis(sandbox)
    assert.equal(result.findings.filter(({ message }) => message.includes('settings.ini')).length, 1)
  })
})

describe('doctor --fix', () => {
  test('moves keys into the keyring, and takes them out of the files, and nothing else', async () => {
    using sandbox = new Sandbox()
    sandbox.config(config)
    const file = sandbox.write('.aws/credentials', `# mine\n${inCredentials('work')}region = x\n[other]\n`)
    chmodSync(file, 0o600)
    const before = await diagnosis(sandbox)
    assert.deepEqual(
      of(before, 'plaintext').map(({ level, message }) => [level, message]),
      [['warning', 'the secret of access key AKIA...MPLE lies open in ~/.aws/credentials:3 [work]']],
    )
    const { imported, ...after } = await diagnosis(sandbox, ['--offline', '--fix', '--force'])
    assert.deepEqual(imported, [
      { accessKeyId: 'AKIA...MPLE', place: '~/.aws/credentials:3 [work]', outcome: 'imported', profile: 'work' },
    ])
    assert.equal(of(after, 'plaintext')[0]?.level, 'ok')
    assert.equal(
      sandbox.read('.aws/credentials'),
      '# mine\n[work]\n# The key AKIA...MPLE is in aws-vault now: aws-vault exec work\nregion = x\n[other]\n',
    )
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.equal(await sandbox.accessKeyIdUnder(['-n', 'work']), KEYS.accessKeyId)
  })

  test('one key in two places is stored once and taken out of both', async () => {
    using sandbox = new Sandbox()
    sandbox.config(config)
    sandbox.write('.aws/credentials', inCredentials('work') + inCredentials('default'))
    const { imported } = await diagnosis(sandbox, ['--offline', '--fix', '--force'])
    assert.deepEqual(
      imported?.map(({ outcome, profile }) => [outcome, profile]),
      [
        ['imported', 'work'],
        ['imported', 'default'],
      ],
    )
    assert.doesNotMatch(sandbox.read('.aws/credentials'), /aws_/)
    sandbox.write('.aws/credentials', inCredentials('work'))
    const again = await diagnosis(sandbox, ['--offline', '--fix', '--force'])
    assert.equal(again.imported?.[0]?.outcome, 'removed, stored already')
  })

  test('what cannot be moved safely is left as it is, and why', async () => {
    using sandbox = new Sandbox()
    sandbox.config(`${config}[profile role]\nsource_profile = work\n`)
    await sandbox.add('work')
    const text = inCredentials('work', OTHER_KEYS) + inCredentials('role')
    sandbox.write('.aws/credentials', text)
    sandbox.write('.bashrc', inShell)
    const line = `AWS_ACCESS_KEY_ID=${KEYS.accessKeyId} AWS_SECRET_ACCESS_KEY=${KEYS.secretAccessKey} make\n`
    sandbox.write('src/.env', line)
    const options = { cwd: sandbox.path('src') }
    const { imported } = await diagnosis(sandbox, ['--offline', '--fix', '--force'], options)
    const reasons = imported?.map(({ outcome, reason }) => `${outcome}: ${reason}`) ?? []
    assert.match(reasons[0] ?? '', /^left: another key is stored for profile "work"$/)
    assert.match(reasons[1] ?? '', /^left: profile "role" takes its credentials from profile "work"/)
    assert.deepEqual(reasons.slice(2), [
      'left: no profile was named',
      'left: other things stand on its line, or it is part of a longer text, and it has to be removed by hand',
    ])
    assert.deepEqual(
      ['.aws/credentials', '.bashrc', 'src/.env'].map(it => sandbox.read(it)),
      [text, inShell, line],
    )
    assert.equal(await sandbox.accessKeyIdUnder(['-n', 'work']), KEYS.accessKeyId)
  })

  test('a keyring that cannot be written: the file stays as it is', async () => {
    using sandbox = new Sandbox()
    sandbox.config(config)
    sandbox.write('.aws/credentials', inCredentials('work'))
    const env = { AWS_VAULT_FILE_DIR: sandbox.write('blocked', '') }
    const { imported } = await diagnosis(sandbox, ['--offline', '--fix', '--force'], { env })
    assert.equal(imported?.[0]?.outcome, 'left')
    assert.equal(sandbox.read('.aws/credentials'), inCredentials('work'))
  })

  test('a file that cannot be written: the key is stored, and it is said what is left to do', async context => {
    using sandbox = new Sandbox()
    sandbox.config(config)
    sandbox.write('.aws/credentials', inCredentials('work'))
    using mount = mountOn(sandbox.path('.aws'), ['--bind', sandbox.path('.aws')], context)
    if (mount === undefined) return
    mount.remount('ro,bind')
    const { imported } = await diagnosis(sandbox, ['--offline', '--fix', '--force'])
    assert.match(
      imported?.[0]?.reason ?? '',
      /the key is stored, and ~\/\.aws\/credentials:2 .* cannot be changed \(EROFS\)/,
    )
    assert.equal(sandbox.read('.aws/credentials'), inCredentials('work'))
    assert.equal(await sandbox.accessKeyIdUnder(['-n', 'work']), KEYS.accessKeyId)
  })

  test('without a terminal and without --force nobody is asked, and nothing happens', async () => {
    using sandbox = new Sandbox()
    sandbox.config(config)
    sandbox.write('.aws/credentials', inCredentials('work'))
    const { stderr } = await sandbox.fails(['doctor', '--offline', '--fix'])
    assert.match(stderr, /terminal[\s\S]*hint: answer by --force/)
    assert.equal(sandbox.read('.aws/credentials'), inCredentials('work'))
  })

  test('at a terminal each key is asked for; a no leaves it', async () => {
    using sandbox = new Sandbox()
    sandbox.config(config)
    sandbox.write('.aws/credentials', inCredentials('work'))
    sandbox.write('.bashrc', inShell)
    using terminal = new Terminal(sandbox, ['doctor', '--offline', '--fix'])
    await terminal.answer(
      /key AKIA\.\.\.MPLE of ~\/\.aws\/credentials:2 \[work\] lies open.*take it out of the file\? \(y\|N\)/,
      'n\r',
    )
    await terminal.answer(/Profile to store the key AKIA\.\.\.MPLE of ~\/\.bashrc:2 under/, 'shell\r')
    await terminal.answer(/Store it for profile "shell" in the file keyring/, 'y\r')
    await terminal.sees(/left as it is: you said so/)
    await terminal.ended
    assert.equal(sandbox.read('.aws/credentials'), inCredentials('work'))
    assert.equal(
      sandbox.read('.bashrc'),
      'alias l=ls\n: # The key AKIA...MPLE is in aws-vault now: aws-vault exec shell\n',
    )
    assert.match((await sandbox.ok(['list', '--credentials'])).stdout, /^shell$/m)
  })
})
