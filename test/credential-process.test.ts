/** `credential_process` as a source: what runs, what is cached, what is said when it goes wrong. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Ended, OTHER_KEYS } from './support/sandbox.ts'
import { roleArn, type Scene, setScene } from './support/scene.ts'

const run = 'export --format json'

/** A session of `admin` that somebody has already, as a `credential_process` prints it. */
function printed(index = 1, more: object = {}) {
  return {
    Version: 1,
    AccessKeyId: `ASIACREDPROCESS0000${index}`,
    SecretAccessKey: OTHER_KEYS.secretAccessKey,
    SessionToken: `FwoGZXIvYXdzEXAMPLETOKEN${index}`,
    Expiration: '2100-01-01T00:00:00Z',
    ...more,
  }
}

/** Writes a command that prints something, and counts how often it ran. */
function writeCommand({ sandbox }: Scene, output: unknown, name = 'print'): { command: string; ran(): number } {
  const counter = sandbox.write(`${name}.ran`, '')
  sandbox.write(`${name}.json`, JSON.stringify(output))
  const command = sandbox.script(
    name,
    `#!/bin/sh\necho x >> '${counter}'\necho 'asking the portal' >&2\ncat "$HOME/${name}.json"\n`,
  )
  return { command, ran: () => sandbox.read(`${name}.ran`).length / 2 }
}

async function setCommand(output: unknown = printed(), more = '') {
  const scene = await setScene({ config: '', keys: [] })
  const { command, ran } = writeCommand(scene, output)
  scene.sandbox.config(`[profile c]\nregion = eu-west-1\ncredential_process = ${command}\n${more}`)
  scene.sandbox.secrets.add(printed().SessionToken)
  return { ...scene, ran, [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose]() }
}

describe('a credential_process', () => {
  test('gives the program its credentials, and is not run again while they live', async () => {
    await using scene = await setCommand()
    const { sandbox, ran } = scene
    const { AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN, AWS_CREDENTIAL_EXPIRATION } = await sandbox.environmentUnder(['c'])
    assert.deepEqual(
      [AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN, AWS_CREDENTIAL_EXPIRATION],
      ['ASIACREDPROCESS00001', 'FwoGZXIvYXdzEXAMPLETOKEN1', '2100-01-01T00:00:00Z'],
    )
    await sandbox.ok(['exec', 'c', '--', 'true'])
    assert.equal(ran(), 1)
    assert.deepEqual(
      Object.keys(sandbox.vaultFiles()),
      ['credential_process,Yw,,4102444800'],
      'where the Go tool keeps it, too',
    )
    assert.match((await sandbox.ok(['list'])).stdout, /^c +- +credential_process:\d+d$/m)
    await sandbox.ok(['exec', 'c', '--refresh', '--', 'true'])
    assert.equal(ran(), 2)
    assert.equal(scene.aws.calls.length, 0)
  })

  test('shows its stderr, and it alone', async () => {
    await using scene = await setCommand()
    assert.equal((await scene.sandbox.ok(['exec', 'c', '--', 'true'])).stderr, 'asking the portal\n')
  })

  test('that is another one now is run, also while the old credentials live', async () => {
    await using scene = await setCommand()
    const { sandbox } = scene
    assert.equal(await sandbox.accessKeyIdUnder(['c']), 'ASIACREDPROCESS00001')
    const { command } = writeCommand(scene, printed(2), 'other')
    sandbox.config(`[profile c]\nregion = us-east-1\ncredential_process = ${command}\n`)
    assert.equal(await sandbox.accessKeyIdUnder(['c']), 'ASIACREDPROCESS00002')
  })

  test('is run though the Go tool has left a session: nothing tells which command gave it', async () => {
    await using scene = await setScene({ config: '', keys: [] })
    const { sandbox } = scene
    sandbox.useVault('all-item-kinds', 'every kind of item')
    const { command, ran } = writeCommand(scene, printed(2))
    sandbox.config(`[profile cp]\ncredential_process = ${command}\n`)
    assert.equal(await sandbox.accessKeyIdUnder(['cp']), 'ASIACREDPROCESS00002')
    await sandbox.ok(['exec', 'cp', '--', 'true'])
    assert.equal(ran(), 1)
  })

  test('may give keys without a session, which are not cached', async () => {
    const { Version, AccessKeyId, SecretAccessKey } = printed()
    await using scene = await setCommand({ Version, AccessKeyId, SecretAccessKey })
    const { sandbox, ran } = scene
    const environment = await sandbox.environmentUnder(['c'])
    assert.equal(environment.AWS_ACCESS_KEY_ID, 'ASIACREDPROCESS00001')
    assert.equal('AWS_SESSION_TOKEN' in environment, false)
    await sandbox.ok(['exec', 'c', '--', 'true'])
    assert.equal(ran(), 2)
  })

  test('whose credentials have less than AWS_MIN_TTL left is run again; they are handed out all the same', async () => {
    const soon = new Date(Date.now() + 4 * 60_000).toISOString()
    await using scene = await setCommand(printed(1, { Expiration: soon }))
    const { sandbox, ran } = scene
    assert.equal(await sandbox.accessKeyIdUnder(['c']), 'ASIACREDPROCESS00001')
    assert.equal(await sandbox.accessKeyIdUnder(['c']), 'ASIACREDPROCESS00001')
    assert.equal(ran(), 2)
    await sandbox.ok(['exec', 'c', '--', 'true'], { env: { AWS_MIN_TTL: '1m' } })
    assert.equal(ran(), 2)
  })

  test('signs for the role beside it, and for those of other profiles', async () => {
    const more = `role_arn = ${roleArn('admin')}\n[profile deploy]\nsource_profile = c\nrole_arn = ${roleArn('deploy')}\n`
    await using scene = await setCommand(
      { Version: 1, AccessKeyId: OTHER_KEYS.accessKeyId, SecretAccessKey: OTHER_KEYS.secretAccessKey },
      more,
    )
    const { sandbox, aws, calls } = scene
    const first = await sandbox.accessKeyIdUnder(['deploy'])
    assert.equal(first, aws.calls[1]?.issued)
    assert.equal(await sandbox.accessKeyIdUnder(['deploy']), first)
    await sandbox.ok(['exec', 'c', '--', 'true'])
    assert.deepEqual(calls(), ['AssumeRole by bob', "AssumeRole by admin's session"])
    assert.equal(scene.ran(), 1)
  })

  test('asked for by twenty at once is run once', async () => {
    await using scene = await setCommand()
    const { sandbox, ran } = scene
    const ended = await Promise.all(Array.from({ length: 20 }, () => sandbox.run(['export', '--format', 'json', 'c'])))
    const [first, ...others] = new Set(ended.map(({ code, stdout }) => `${code} ${stdout}`))
    assert.match(first ?? '', /^0 .*ASIACREDPROCESS00001/s)
    assert.equal(others.length, 0)
    assert.equal(ran(), 1)
  })

  const failures: readonly [name: string, output: unknown, says: RegExp][] = [
    [
      'prints version 2',
      printed(1, { Version: 2 }),
      /printed "Version": 2; it has to be 1(?: \(\w+\))?\n {2}hint: it has to print/,
    ],
    ['prints no key', printed(1, { AccessKeyId: undefined }), /printed no "AccessKeyId"/],
    ['prints text', OTHER_KEYS.secretAccessKey, /did not print one JSON object/],
    [
      'prints what has expired',
      printed(1, { Expiration: '2001-01-01T00:00:00Z' }),
      /printed credentials that expired at 2001-01-01T00:00:00.000Z(?: \(\w+\))?\n {2}hint: sign in again/,
    ],
  ]
  for (const [name, output, says] of failures) {
    test(`that ${name}: nothing is handed out or kept`, async () => {
      await using scene = await setCommand(output)
      const { stderr } = await scene.sandbox.fails(['exec', 'c', '--', 'true'])
      assert.match(stderr, says)
      const { stderr: debug } = await scene.sandbox.run(['exec', '--debug', 'c', '--', 'true'])
      assert.match(debug, says)
      assert.equal((await scene.sandbox.ok(['list', '--sessions'])).stdout, '')
    })
  }

  test('that fails: its words, then ours', async () => {
    await using scene = await setCommand()
    scene.sandbox.script('print', '#!/bin/sh\necho "the portal is closed" >&2\nexit 5\n')
    const { stderr } = await scene.sandbox.fails(['exec', 'c', '--', 'true'])
    assert.match(
      stderr,
      /^the portal is closed\naws-vault: the credential_process of profile "c" ended with exit code 5\n {2}hint: .*above/,
    )
  })

  test('refuses --duration, which it alone decides', async () => {
    await using scene = await setCommand()
    const { stderr } = await scene.sandbox.fails(['exec', '-d', '2h', 'c', '--', 'true'])
    assert.match(stderr, /--duration cannot be met: the credential_process of profile c decides/)
    assert.equal(scene.ran(), 0)
  })
})

describe('a credential_process that is AWS Vault', () => {
  const ourselves = `"${process.execPath}" "${import.meta.dirname}/../bin/run.js" ${run}`
  const succeeded = ({ code, stderr }: Ended): void => assert.equal(code, 0, stderr)

  test('for another profile gives its credentials', async () => {
    await using scene = await setScene()
    const { sandbox, aws } = scene
    sandbox.config(`[profile work]\nregion = eu-west-1\n[profile c]\ncredential_process = ${ourselves} work\n`)
    assert.equal(await sandbox.accessKeyIdUnder(['c']), aws.calls[0]?.issued)
    assert.deepEqual(scene.calls(), ['GetSessionToken by alice'])
  })

  test('for its own profile, with keys, is not run', async () => {
    await using scene = await setScene({ config: `[profile work]\ncredential_process = ${ourselves} work\n` })
    succeeded(await scene.sandbox.run(['exec', 'work', '--', 'true']))
    assert.deepEqual(scene.calls(), ['GetSessionToken by alice'])
  })

  for (const [name, config, chain] of [
    ['its own profile', `[profile c]\ncredential_process = ${ourselves} c\n`, 'c -> c'],
    [
      'a profile whose own asks for the first one',
      `[profile c]\ncredential_process = ${ourselves} d\n[profile d]\ncredential_process = ${ourselves} c\n`,
      'c -> d -> c',
    ],
    [
      'a role on top of it',
      `[profile c]\ncredential_process = ${ourselves} d\n[profile d]\nsource_profile = c\nrole_arn = ${roleArn('admin')}\n`,
      'c -> d -> c',
    ],
  ] as const) {
    test(`for ${name} ends with the loop that it is`, async () => {
      await using scene = await setScene({ config, keys: [] })
      const { stderr } = await scene.sandbox.fails(['exec', 'c', '--', 'true'])
      assert.match(stderr, new RegExp(`asks for profile "c" again \\(${chain}\\)\\n {2}hint: .*aws-vault add c`))
      assert.equal(stderr.match(/asks for profile/g)?.length, 1)
    })
  }
})
