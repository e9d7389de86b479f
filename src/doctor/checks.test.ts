/** Each check: quiet where nothing is wrong, and not where something is. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { KeyringLockedError, VaultError } from '@aws-vault/plugin-sdk'
import { type FakeWorldSpec, fakeWorld } from '../../test/support/fake-world.ts'
import type { Part } from '../contributions/part.ts'
import type { Check, World } from './check.ts'
import { CHECKS } from './checks.ts'
import { describeFindings } from './describe-findings.ts'
import { runChecks } from './run-checks.ts'

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const ID = 'AKIAIOSFODNN7EXAMPLE'

const check = (name: string): Check => {
  const found = CHECKS.find(it => it.name === name)
  assert.ok(found, name)
  return found
}

/** Findings as `level: message (hint)`. */
async function found(name: string, spec: FakeWorldSpec = {}, overrides: Partial<World> = {}): Promise<string[]> {
  const findings = await runChecks([check(name)], fakeWorld(spec, overrides))
  return findings.map(({ level, message, hint }) => `${level}: ${message}${hint === undefined ? '' : ` (${hint})`}`)
}

const config = (text: string): FakeWorldSpec => ({ files: { '~/.aws/config': text } })

test('a sane world: every check says something, and nothing is wrong', async () => {
  const world = fakeWorld({ ...config('[profile work]\nregion = eu-west-1\n'), storedKeys: ['work'] })
  const findings = await runChecks(CHECKS, world)
  assert.deepEqual(
    findings.filter(({ level }) => level !== 'ok'),
    [],
  )
  assert.deepEqual([...new Set(findings.map(it => it.check))].sort(), CHECKS.map(it => it.name).sort())
})

test('a check that fails is a finding, and spoils no other', async () => {
  const failing = { name: 'x', run: () => assert.fail('oops') }
  const findings = await runChecks([failing, check('regions')], fakeWorld())
  assert.deepEqual(
    findings.map(({ level }) => level),
    ['broken', 'ok'],
  )
})

test('what spoils several checks is said once', async () => {
  const settings = () => Promise.reject(new VaultError('ERR_SETTINGS_FILE', 'cannot read x'))
  const findings = await runChecks(CHECKS, fakeWorld({}, { settings }))
  assert.equal(findings.filter(({ message }) => message === 'cannot read x').length, 1)
})

describe('keystore', () => {
  test('says how fast it is', async () => {
    const [line = ''] = await found('keystore')
    assert.match(line, /^ok: the file keyring \(the best .*\) opens in 1 ms, lists 4 items in 2 ms, gives one in 3 ms$/)
  })
  test('one that is slow', async () => {
    const facts = { ...(await fakeWorld().keystore()), getMs: 900 }
    assert.match(
      (await found('keystore', {}, { keystore: async () => facts }))[0] ?? '',
      /^warning: .*slow \(.*work-factor/,
    )
  })
  test('one that is locked, and one whose passphrase is wrong', async () => {
    const { getMs: _, ...facts } = await fakeWorld().keystore()
    assert.match(
      (await found('keystore', {}, { keystore: async () => ({ ...facts, isLocked: true }) }))[0] ?? '',
      /^ok: .*it is locked/,
    )
    const keystore = () => Promise.reject(new KeyringLockedError('wrong passphrase', { hint: 'try again' }))
    assert.deepEqual(await found('keystore', {}, { keystore }), ['broken: wrong passphrase (try again)'])
  })
})

describe('config', () => {
  test('broken lines and headers, with their place', async () => {
    const lines = await found('config', config('[profile a]\nregion\n[profile b\nregion = x\n'))
    assert.match(lines[0] ?? '', /^warning: ~\/\.aws\/config:2: a line without an equals sign.*\(mend line 2 of/)
    assert.match(lines[1] ?? '', /^broken: ~\/\.aws\/config:3: a section header that is not closed/)
  })
  test('a file that is not there, and one with very many broken lines', async () => {
    assert.match((await found('config'))[0] ?? '', /^warning: there is no ~\/\.aws\/config/)
    const many = await found('config', config(`[profile a]\n${'x\n'.repeat(50)}`))
    assert.deepEqual([many.length, many.at(-1)], [11, 'warning: and 40 more such lines'])
  })
})

describe('config keys', () => {
  test('misspelt ones, with what was meant', async () => {
    const lines = await found(
      'config keys',
      config('[profile a]\nsorce_profile = b\n[sso-session s]\nsso_regoin = x\n'),
    )
    assert.deepEqual(lines, [
      'warning: ~/.aws/config:2: nobody knows the key "sorce_profile" of [profile a] (did you mean source_profile?)',
      'warning: ~/.aws/config:4: nobody knows the key "sso_regoin" of [sso-session s] (did you mean sso_region?)',
    ])
  })
  test('keys of other programs, in capitals, and below others are none', async () => {
    const text = '[profile a]\nREGION = eu-west-1\ngranted_color = red\ns3 =\n  max_concurrent_request = 1\n'
    assert.deepEqual(await found('config keys', config(text)), ['ok: no key looks misspelt'])
  })
})

describe('profiles', () => {
  test('a loop is said once, though each of its members has it', async () => {
    const text = '[profile a]\nsource_profile = b\nrole_arn = arn:aws:iam::111122223333:role/x\n'
    const lines = await found('profiles', config(text + text.replaceAll(/\b([ab])\b/g, it => (it === 'a' ? 'b' : 'a'))))
    assert.equal(lines.length, 1)
    assert.match(lines[0] ?? '', /^broken: profile "a": source_profile goes in a circle: a -> b -> a/)
  })
  test('an include loop, a source that is missing, junk', async () => {
    const lines = await found(
      'profiles',
      config(
        '[profile a]\ninclude_profile = a\n[profile b]\nsource_profile = gone\n[profile c]\nduration_seconds = x\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = w\n[profile w]\n',
      ),
    )
    for (const pattern of [/"a": include_profile goes/, /"b": .*"gone"/, /"c": duration_seconds/]) {
      assert.equal(lines.filter(line => line.startsWith('broken: ') && pattern.test(line)).length, 1, `${lines}`)
    }
  })
  test('keys that others count on', async () => {
    const text =
      '[profile idle]\n[profile r]\nsource_profile = w\nrole_arn = arn:aws:iam::111122223333:role/x\n[profile w]\n'
    assert.deepEqual(await found('profiles', config(text)), [
      'warning: no keys are stored for profile "w", which "r" start from (aws-vault add w)',
      'ok: no keys are stored for "idle", and nothing else says where theirs come from',
    ])
    assert.match(
      (await found('profiles', { ...config(text), storedKeys: ['w'] }))[0] ?? '',
      /^ok: 2 of 3 profiles have/,
    )
  })
})

test('regions: unknown ones, in the config and the environment', async () => {
  const text = '[profile a]\nregion = eu-wst-1\n[sso-session s]\nsso_region = nowhere-at-all-1\n'
  const lines = await found('regions', { ...config(text), environment: { AWS_REGION: 'us-east-11' } })
  assert.deepEqual(lines, [
    'warning: ~/.aws/config:2 [profile a]: the region "eu-wst-1" is none that this version knows (did you mean eu-west-1 or eu-west-2?)',
    'warning: ~/.aws/config:4 [sso-session s]: the region "nowhere-at-all-1" is none that this version knows',
    'warning: AWS_REGION: the region "us-east-11" is none that this version knows (did you mean us-east-1 or us-east-2?)',
  ])
})

test('plaintext: keys in every kind of file, by the ends of their IDs alone', async () => {
  const files = {
    '~/.aws/credentials': `[work]\naws_access_key_id = ${ID}\naws_secret_access_key = ${SECRET}\n`,
    '~/.bashrc': `export AWS_ACCESS_KEY_ID=${ID}\nexport AWS_SECRET_ACCESS_KEY="${SECRET}"\n`,
    '~/.config/fish/conf.d/aws.fish': `set -gx AWS_ACCESS_KEY_ID ${ID}; set -gx AWS_SECRET_ACCESS_KEY ${SECRET}\n`,
    '~/src/app/.env.local': `AWS_ACCESS_KEY_ID=${ID}\nAWS_SECRET_ACCESS_KEY='${SECRET}'\n`,
    '~/src/.envrc': `AWS_ACCESS_KEY_ID=${ID} AWS_SECRET_ACCESS_KEY=${SECRET} make\n`,
    '~/elsewhere/.env': `AWS_ACCESS_KEY_ID=${ID}\nAWS_SECRET_ACCESS_KEY=${SECRET}\n`,
  }
  const world = fakeWorld({ files, workingDirectory: '~/src/app' })
  const findings = await runChecks([check('plaintext')], world)
  const text = describeFindings(findings).join('\n')
  assert.equal(findings.length, 5)
  assert.ok(!text.includes(SECRET) && !text.includes(ID))
  assert.deepEqual([...world.hidden], [SECRET])
  for (const place of ['credentials:2 [work]', '.bashrc:1', 'aws.fish:1', 'src/app/.env.local:1', 'src/.envrc:1']) {
    assert.ok(text.includes(place), place)
  }
  assert.match(text, /key AKIA\.\.\.MPLE lies open in ~\/\.bashrc:1\n +mend: .*doctor --fix/)
  assert.match(text, /\.envrc:1\n +mend: other things stand on its line/)
})

describe('file modes', () => {
  const files = {
    '~/.aws/config': '',
    '~/.aws/credentials': '',
    '~/.awsvault/keys/dev': '',
    '~/.config/aws-vault/settings.ini': '',
  }
  const modes = async (more: Record<string, number>) => found('file modes', { files, modes: more })
  test('as they should be, and as the AWS CLI makes them', async () => {
    assert.match((await modes({ '~/.aws': 0o755, '~/.aws/config': 0o644 }))[0] ?? '', /^ok/)
  })
  test('what others may write is broken, what others may read is not good', async () => {
    assert.deepEqual(
      await modes({ '~/.aws/config': 0o664, '~/.aws/credentials': 0o644, '~/.awsvault/keys/dev': 0o640 }),
      [
        "broken: other users may write to ~/.aws/config (mode 0664) (chmod go-w '/home/a/.aws/config')",
        "warning: other users may read ~/.aws/credentials (mode 0644) (chmod go-rwx '/home/a/.aws/credentials')",
        "warning: other users may read ~/.awsvault/keys/dev (mode 0640) (chmod go-rwx '/home/a/.awsvault/keys/dev')",
      ],
    )
    assert.match((await modes({ '~/.aws': 0o777 }))[0] ?? '', /^broken: other users may write to ~\/\.aws /)
    assert.match((await modes({ '~/.config/aws-vault': 0o770 }))[0] ?? '', /^broken: .*~\/\.config\/aws-vault /)
  })
  for (const path of ['~/.config/aws-vault/settings.ini', '~/.awsvault', '~/.awsvault/keys']) {
    test(`${path}, when others may write it`, async () => {
      const lines = await modes({ [path]: 0o722 })
      assert.equal(lines.filter(line => line.startsWith(`broken: other users may write to ${path} `)).length, 1)
    })
  }
  test('what belongs to somebody else', async () => {
    assert.match(
      (await found('file modes', { files }, { userId: 1001 }))[0] ?? '',
      /^broken: .*another user \(1000\).*chown 1001/,
    )
  })
})

test('settings: names that nobody knows, values that are not allowed', async () => {
  const lines = await found('settings', { settings: { bakcend: 'file', 'file-work-factor': '3' } })
  assert.deepEqual(lines.length, 2)
  assert.match(
    lines[0] ?? '',
    /^warning: .*settings\.ini: nobody knows the setting "bakcend" \(did you mean backend\?\)$/,
  )
  assert.match(lines[1] ?? '', /^broken: file-work-factor must be a whole number from/)
})

describe('environment', () => {
  const of = async (environment: Record<string, string>, settings = {}) =>
    found('environment', { environment, settings })
  test('variables of other programs, a nested shell', async () => {
    assert.match((await of({ AWS_PROFILE: 'x' }))[0] ?? '', /^warning: AWS_PROFILE is set \("x"\)/)
    assert.match(
      (await of({ AWS_ACCESS_KEY_ID: ID, AWS_SECRET_ACCESS_KEY: SECRET }))[0] ?? '',
      /^warning: AWS_ACCESS_KEY_ID is set/,
    )
    assert.match((await of({ AWS_VAULT: 'x' }))[0] ?? '', /^warning: this runs inside aws-vault exec x/)
  })
  test('a variable and a setting that say two things', async () => {
    const lines = await of({ AWS_VAULT_BACKEND: 'pass' }, { backend: 'file' })
    assert.deepEqual(lines, [
      'warning: AWS_VAULT_BACKEND says "pass", and ~/.config/aws-vault/settings.ini says backend = file: the variable counts (unset AWS_VAULT_BACKEND)',
    ])
    assert.match((await of({ AWS_VAULT_BACKEND: 'file' }, { backend: 'file' }))[0] ?? '', /^ok/)
  })
  test('a passphrase, without its value', async () => {
    const lines = await of({ AWS_VAULT_FILE_PASSPHRASE: 'correct horse' })
    assert.match(lines[0] ?? '', /^warning: AWS_VAULT_FILE_PASSPHRASE is set/)
    assert.ok(!lines[0]?.includes('horse'))
  })
  test('durations that are none', async () => {
    assert.match((await of({ AWS_SESSION_TOKEN_TTL: 'x' }))[0] ?? '', /^broken: AWS_SESSION_TOKEN_TTL "x"/)
    assert.match((await of({ AWS_MIN_TTL: '9' }))[0] ?? '', /^broken: AWS_MIN_TTL/)
  })
})

describe('plugins', () => {
  const part = (packageName: string, name = 'x'): Part => ({
    ...{ kind: 'keyrings', name, packageName, packageVersion: '1.0.0', builtIn: false },
    declaration: { summary: 's', module: './x.js' },
    load: async () => ({}),
  })
  test('malformed, unloadable and ambiguous ones', async () => {
    const problems = [{ packageName: 'p', message: 'plugin p is built for plugin API 2', hint: 'update aws-vault' }]
    assert.deepEqual(await found('plugins', { installed: { problems } }), [
      'broken: plugin p is built for plugin API 2 (update aws-vault)',
    ])
    const load = () => Promise.reject(new VaultError('ERR_PART_BROKEN', 'it cannot be loaded', { hint: 'h' }))
    assert.deepEqual(await found('plugins', { installed: { parts: [part('p')] } }, { load }), [
      'broken: it cannot be loaded (h)',
    ])
    const [line = ''] = await found('plugins', { installed: { parts: [part('p'), part('q')] } })
    assert.match(line, /^warning: keyring "x" comes from p and q/)
  })
  test('one that has not taken the place of a built-in part is not loaded', async () => {
    const load = () => assert.fail('loaded')
    const lines = await found('plugins', { installed: { parts: [part('p', 'file')] } }, { load })
    assert.deepEqual(lines, ['ok: 1 installed, and nothing wrong with them'])
  })
})

test('clock: right, wrong, very wrong, not asked, not answered', async () => {
  const at = async (difference: number | undefined) =>
    (await found('clock', {}, { clockDifference: async () => difference }))[0] ?? ''
  assert.match(await at(2000), /^ok: agrees/)
  assert.match(await at(90_000), /^warning: this machine's clock is 90 s behind that of AWS \(set it/)
  assert.match(
    await at(-400_000),
    /^broken: this machine's clock is 400 s ahead of that of AWS: AWS refuses every call/,
  )
  assert.match(await at(undefined), /^ok: not compared/)
  const clockDifference = () => Promise.reject(new VaultError('ERR_NETWORK_FAILED', 'no way', { hint: 'h' }))
  assert.match((await found('clock', {}, { clockDifference }))[0] ?? '', /^warning: .*no way \(h\)/)
})

test('leftovers: files of killed runs, and locks that do not work', async () => {
  const name = '~/.aws/.config.0123456789abcdef'
  const files = { [name]: '', '~/.awsvault/keys/.awsvault-%tmp-0123456789abcdef': '', '~/.aws/.config.swp': '' }
  const lines = await found('leftovers', { files })
  assert.deepEqual(lines.length, 2)
  assert.match(lines[0] ?? '', /^warning: .*~\/\.aws\/\.config\.0123456789abcdef \(rm '/)
  assert.match((await found('leftovers', { files }, { now: 60_000 }))[0] ?? '', /^ok/, 'somebody may be writing it')
  const lock = () => Promise.reject(new VaultError('ERR_LOCK_UNAVAILABLE', 'nothing can be locked', { hint: 'h' }))
  assert.match((await found('leftovers', {}, { lock }))[0] ?? '', /^warning: nothing can be locked.*\(h\)/)
})
