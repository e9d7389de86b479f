import assert from 'node:assert/strict'
import { chmodSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { KEYS, OTHER_KEYS, Sandbox } from '../support/sandbox.ts'
import { roleArn, setScene } from '../support/scene.ts'

const csv = `Access key ID,Secret access key\n${KEYS.accessKeyId},${KEYS.secretAccessKey}\n`
const json = JSON.stringify({ AccessKeyId: KEYS.accessKeyId, SecretAccessKey: KEYS.secretAccessKey })

/** The keys that are stored for a profile, as a program gets them. */
async function storedKeys(sandbox: Sandbox, profile: string): Promise<unknown> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = await sandbox.environmentUnder([profile, '-n'])
  return { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY }
}

describe('add: where the keys come from', () => {
  test('--env: the environment', async () => {
    using sandbox = new Sandbox()
    sandbox.config('[profile work]\n')
    const { stdout, stderr } = await sandbox.add('work')
    assert.equal(stdout, 'Added the credentials of profile "work" in the file keyring.\n')
    assert.equal(stderr, '')
    assert.deepEqual(await storedKeys(sandbox, 'work'), KEYS)
    assert.equal(statSync(sandbox.vault).mode & 0o777, 0o700)
    assert.equal(statSync(join(sandbox.vault, 'work')).mode & 0o777, 0o600)
  })

  for (const [what, input] of [
    ['JSON', json],
    ['the JSON of aws iam create-access-key', `{\n  "AccessKey": ${json}\n}\n`],
    ['JSON with a byte order mark and CRLF', `\ufeff${json}\r\n`],
    ['the CSV file of the console', csv],
    ['CSV with a byte order mark and CRLF', `\ufeff${csv.replaceAll('\n', '\r\n')}`],
    [
      'CSV with a user name, other columns and quotes',
      `"User name","Access key ID","Secret access key","Console"\nalice,"${KEYS.accessKeyId}","${KEYS.secretAccessKey}",`,
    ],
  ]) {
    test(`--stdin: ${what}`, async () => {
      using sandbox = new Sandbox()
      sandbox.config('[profile work]\n')
      await sandbox.ok(['add', 'work', '--stdin'], { input: input ?? '' })
      assert.deepEqual(await storedKeys(sandbox, 'work'), KEYS)
    })
  }

  test('--stdin without keys in it: refused', async () => {
    using sandbox = new Sandbox()
    for (const input of [
      '',
      'hello',
      '{"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"}',
      '{',
      `${KEYS.accessKeyId} ${KEYS.secretAccessKey}`,
    ]) {
      const { stderr } = await sandbox.fails(['add', 'work', '--stdin'], 1, { input })
      assert.match(stderr, /standard input has no access key[\s\S]*hint: .*JSON.*CSV/)
    }
  })

  test('both at once: wrong usage', async () => {
    using sandbox = new Sandbox()
    await sandbox.fails(['add', 'work', '--stdin', '--env'], 2, { input: json })
  })

  test('nobody to ask: refused, with what to do', async () => {
    using sandbox = new Sandbox()
    const { stderr } = await sandbox.fails(['add', 'work'])
    assert.match(stderr, /terminal/)
  })
})

describe('add: keys that cannot be right are refused, and nothing is stored', () => {
  for (const [what, id, secret, words] of [
    ['swapped', KEYS.secretAccessKey, KEYS.accessKeyId, /swapped/],
    [
      'a temporary key',
      'ASIAIOSFODNN7EXAMPLE',
      KEYS.secretAccessKey,
      /ASIAIOSFODNN7EXAMPLE is a temporary key[\s\S]*AKIA/,
    ],
    ['without a secret', KEYS.accessKeyId, '', /secret access key is empty/],
    ['without an id', '', KEYS.secretAccessKey, /access key ID is empty/],
    ['an id that is cut', 'AKIAIOSF', KEYS.secretAccessKey, /access key ID/],
    ['a secret with a blank', KEYS.accessKeyId, `${KEYS.secretAccessKey} x`, /secret access key/],
  ] as const) {
    test(what, async () => {
      using sandbox = new Sandbox()
      sandbox.config('# mine\n')
      const env = { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret }
      assert.match((await sandbox.fails(['add', 'work', '--env'], 1, { env })).stderr, words)
      assert.equal((await sandbox.ok(['list', '--credentials'])).stdout, '')
      assert.equal(sandbox.read('.aws/config'), '# mine\n')
    })
  }
})

describe('add: --verify', () => {
  test('asks AWS whose keys they are, and says so', async () => {
    await using scene = await setScene({ keys: [] })
    const { stdout } = await scene.sandbox.ok(['add', 'work', '--stdin', '--verify'], { input: json })
    assert.match(stdout, /arn:aws:iam::123456789012:user\/alice/)
    assert.deepEqual(scene.calls(), ['GetCallerIdentity by alice'])
  })

  test('keys that AWS does not know are not stored', async () => {
    await using scene = await setScene({ keys: [], config: '[default]\nregion=eu-west-1\n' })
    const input = json.replace('AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7UNKNOWN')
    const { stderr } = await scene.sandbox.fails(['add', 'work', '--stdin', '--verify'], 1, { input })
    assert.match(stderr, /AWS does not accept the access key AKIAIOSFODNN7UNKNOWN/)
    assert.equal((await scene.sandbox.ok(['list', '--credentials'])).stdout, '')
    assert.ok(!scene.sandbox.read('.aws/config').includes('work'))
  })

  test('is not asked for: AWS is not called', async () => {
    await using scene = await setScene({ keys: [] })
    await scene.sandbox.add('work')
    assert.deepEqual(scene.calls(), [])
  })
})

describe('add: the AWS config', () => {
  test('a profile that it does not have is appended, and no other byte changes', async () => {
    using sandbox = new Sandbox()
    for (const [before, after] of [
      [
        '# ü\n[default]\nregion=eu-west-1   ; here\n\n',
        '# ü\n[default]\nregion=eu-west-1   ; here\n\n[profile work]\n',
      ],
      ['[default]\r\nregion = x\r\n', '[default]\r\nregion = x\r\n\r\n[profile work]\r\n'],
      ['[default]\nregion = x', '[default]\nregion = x\n\n[profile work]\n'],
      ['\ufeff[profile other]\n', '\ufeff[profile other]\n\n[profile work]\n'],
      ['', '[profile work]\n'],
    ] as const) {
      sandbox.config(before)
      const { stdout } = await sandbox.add('work')
      assert.equal(sandbox.read('.aws/config'), after)
      assert.match(stdout, /^Added profile "work" to .*\.aws\/config\.$/m)
    }
  })

  test('a file that is not there is made, for its owner alone', async () => {
    using sandbox = new Sandbox()
    await sandbox.add('work')
    assert.equal(sandbox.read('.aws/config'), '[profile work]\n')
    assert.equal(statSync(sandbox.path('.aws/config')).mode & 0o777, 0o600)
    await sandbox.ok(['exec', '-n', 'work', 'true'])
  })

  test('default is a section of its own', async () => {
    using sandbox = new Sandbox()
    await sandbox.add('default')
    assert.equal(sandbox.read('.aws/config'), '[default]\n')
  })

  test('AWS_CONFIG_FILE says where it is; a link and a mode stay', async () => {
    using sandbox = new Sandbox()
    const real = sandbox.write('dotfiles/aws', '[profile other]\n')
    chmodSync(real, 0o644)
    symlinkSync(real, sandbox.path('link'))
    sandbox.env.AWS_CONFIG_FILE = sandbox.path('link')
    await sandbox.add('work')
    assert.equal(readFileSync(real, 'utf8'), '[profile other]\n\n[profile work]\n')
    assert.equal(statSync(real).mode & 0o777, 0o644)
  })

  test('--no-add-config leaves it alone', async () => {
    using sandbox = new Sandbox()
    sandbox.config('[default]\n')
    const env = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey }
    await sandbox.ok(['add', 'work', '--env', '--no-add-config'], { env })
    assert.equal(sandbox.read('.aws/config'), '[default]\n')
    assert.equal((await sandbox.ok(['list', '--credentials'])).stdout, 'work\n')
  })

  test('a profile that it has already is not written again', async () => {
    using sandbox = new Sandbox()
    sandbox.config('[profile work]\nregion = eu-west-1\n')
    await sandbox.add('work')
    assert.equal(sandbox.read('.aws/config'), '[profile work]\nregion = eu-west-1\n')
  })

  test('a profile that takes its keys from a source_profile is refused, with the line and whose keys it uses', async () => {
    using sandbox = new Sandbox()
    sandbox.config(`[profile base]\n[profile admin]\nrole_arn = ${roleArn('admin')}\nsource_profile = base\n`)
    const env = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey }
    const { stderr } = await sandbox.fails(['add', 'admin', '--env'], 1, { env })
    assert.match(
      stderr,
      /"admin" takes its credentials from profile "base" \(.*\.aws\/config:4 [\s\S]*hint: aws-vault add base/,
    )
    assert.equal((await sandbox.ok(['list', '--credentials'])).stdout, '')
  })
})

describe('add: keys that are there already', () => {
  test('are replaced, and their sessions removed', async () => {
    await using scene = await setScene({
      config: `[profile work]\nregion=eu-west-1\n[profile admin]\nsource_profile=work\nrole_arn=${roleArn('admin')}
[profile other]\nregion=eu-west-1\n`,
      keys: ['work', 'other'],
    })
    const { sandbox } = scene
    for (const profile of ['work', 'admin', 'other']) await sandbox.ok(['exec', profile, 'true'])
    const { stdout } = await sandbox.add('work', OTHER_KEYS)
    assert.equal(
      stdout,
      'Replaced the credentials of profile "work" in the file keyring.\nRemoved 2 sessions made from the old ones.\n',
    )
    assert.deepEqual(await storedKeys(sandbox, 'work'), OTHER_KEYS)
    assert.match((await sandbox.ok(['list', '--sessions'])).stdout, /^other sts\.GetSessionToken:\d+m\n$/)
  })
})

test('add --json says what was done, without the secret', async () => {
  await using scene = await setScene({ keys: [] })
  const { stdout } = await scene.sandbox.ok(['add', 'work', '--stdin', '--verify', '--json'], { input: json })
  assert.deepEqual(JSON.parse(stdout), {
    profile: 'work',
    accessKeyId: KEYS.accessKeyId,
    replaced: false,
    arn: 'arn:aws:iam::123456789012:user/alice',
  })
  const failed = await scene.sandbox.run(['add', 'work', '--stdin', '--json'], { input: '' })
  assert.equal(failed.code, 1)
  assert.equal(JSON.parse(failed.stdout).error.code, 'ERR_KEYS_FORMAT')
})
