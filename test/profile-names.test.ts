/** Names as people give them to profiles, through every command. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KEYS, Sandbox } from './support/sandbox.ts'
import { setScene } from './support/scene.ts'

for (const name of [
  'two words',
  'team/dev',
  '100% %2F',
  'straße-ÄÖÜ',
  '🦊 fox',
  'a,b,c@example.com',
  "it's $(touch pwned)",
  '-',
  '.hidden',
]) {
  test(`a profile named ${name}: add, list, exec, export, clear, remove`, async () => {
    await using scene = await setScene({ config: '[default]\nregion = eu-west-1\n', keys: [] })
    const { sandbox } = scene
    await sandbox.add(name)
    assert.equal((await sandbox.ok(['list', '--credentials'])).stdout, `${name}\n`)
    assert.equal((await sandbox.ok(['list', '--profiles'])).stdout, `default\n${name}\n`)
    const program = await sandbox.environmentUnder([name])
    assert.deepEqual([program.AWS_VAULT, program.AWS_ACCESS_KEY_ID], [name, scene.aws.calls[0]?.issued])
    const { stdout } = await sandbox.ok(['export', name, '--format', 'json'])
    assert.equal(JSON.parse(stdout).AccessKeyId, program.AWS_ACCESS_KEY_ID)
    assert.equal((await sandbox.ok(['list', '--sessions'])).stdout, `${name} sts.GetSessionToken:59m\n`)
    assert.equal((await sandbox.ok(['clear', name])).stdout, 'Cleared 1 session.\n')
    await sandbox.ok(['remove', name, '-f'])
    assert.deepEqual(sandbox.vaultFiles(), {})
    assert.equal(scene.aws.calls.length, 1)
  })
}

for (const name of ['a]b', '"quoted"', 'line\nbreak', ' x ', '', 'sts.GetSessionToken,eA,,1', 'x'.repeat(300)]) {
  test(`a name that cannot be one is refused, and nothing is stored: ${JSON.stringify(name).slice(0, 30)}`, async () => {
    using sandbox = new Sandbox()
    sandbox.config('[default]\n')
    const env = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey }
    const { stderr } = await sandbox.fails(['add', name, '--env'], 1, { env })
    assert.match(stderr, /hint: /)
    assert.equal((await sandbox.ok(['list', '--credentials'])).stdout, '')
    assert.equal(sandbox.read('.aws/config'), '[default]\n')
  })
}

test('a name that is too long for the file of a session: it is used, and it is said that it is not kept', async () => {
  const name = 'x'.repeat(200)
  await using scene = await setScene({ config: '[default]\nregion = eu-west-1\n', keys: [name] })
  const { stderr } = await scene.sandbox.ok(['exec', name, 'true'])
  assert.match(stderr, /session of profile "x+" could not be kept/)
})
