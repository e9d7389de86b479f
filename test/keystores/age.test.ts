import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type AgeHome, makeAgeHome, protect, whyNoAge } from '../../plugins/keyring-age/test/age-home.ts'
import { KEYS, OTHER_KEYS, PASSPHRASE } from '../support/sandbox.ts'
import { type Scene, setScene } from '../support/scene.ts'
import { Terminal } from '../support/terminal.ts'

const KEYS_OF_ALICE = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey }

async function setAgeScene(home: AgeHome): Promise<Scene> {
  const scene = await setScene({ config: '[profile work]\n[profile team/dev]\n', keys: [] })
  Object.assign(scene.sandbox.env, {
    AWS_VAULT_BACKEND: 'age',
    AWS_VAULT_AGE_DIR: home.dir,
    AWS_VAULT_AGE_RECIPIENTS: home.recipients,
    AWS_VAULT_AGE_IDENTITY: home.identity,
  })
  return scene
}

describe('age as the keyring', { skip: whyNoAge() ?? false, timeout: 60_000 }, () => {
  for (const kind of ['age', 'ssh'] as const) {
    it(`adds, runs programs, lists and removes, by an identity of ${kind}`, async () => {
      using home = makeAgeHome()
      await using scene = await setAgeScene(home)
      const { sandbox } = scene
      if (kind === 'ssh') sandbox.env.AWS_VAULT_AGE_IDENTITY = home.addIdentity('ssh')
      await sandbox.add('work')
      const input = JSON.stringify({ AccessKeyId: OTHER_KEYS.accessKeyId, SecretAccessKey: OTHER_KEYS.secretAccessKey })
      await sandbox.ok(['add', 'team/dev', '--stdin'], { input })
      assert.match(await sandbox.accessKeyIdUnder(['work']), /^ASIA/)
      assert.match(await sandbox.accessKeyIdUnder(['team/dev']), /^ASIA/)
      await sandbox.accessKeyIdUnder(['work'])
      assert.deepEqual(scene.calls(), ['GetSessionToken by alice', 'GetSessionToken by bob'])
      assert.equal((await sandbox.ok(['list', '--credentials'])).stdout, 'work\nteam/dev\n')
      await sandbox.ok(['remove', 'team/dev', '--force'])
      await sandbox.ok(['clear'])
      assert.deepEqual(readdirSync(home.dir), ['work.age'])
    })
  }

  it('is never taken unless it is named', async () => {
    using home = makeAgeHome()
    await using scene = await setAgeScene(home)
    await scene.sandbox.add('work')
    scene.sandbox.env.AWS_VAULT_BACKEND = ''
    assert.doesNotMatch((await scene.sandbox.add('team/dev')).stdout, /age keyring/)
    assert.deepEqual(readdirSync(home.dir), ['work.age'])
  })

  it('gets no secret as an argument, and none that is not its own in its environment', async () => {
    using home = makeAgeHome()
    await using scene = await setAgeScene(home)
    const { sandbox } = scene
    sandbox.script(
      'bin/age',
      `#!/bin/sh\n{ echo "$@"; env; } >> "$HOME/seen"\nPATH='${process.env.PATH}' exec age "$@"\n`,
    )
    const env = { PATH: `${join(sandbox.home, 'bin')}:${process.env.PATH}` }
    await sandbox.ok(['add', 'work', '--env'], { env: { ...env, ...KEYS_OF_ALICE } })
    await sandbox.ok(['exec', 'work', '--', 'true'], { env })
    const seen = sandbox.read('seen')
    assert.match(seen, /^--encrypt --recipients-file /m)
    assert.match(seen, /^--decrypt --identity .*\/work\.age$/m)
    for (const secret of [KEYS.secretAccessKey, PASSPHRASE, ...scene.aws.secrets()]) assert.ok(!seen.includes(secret))
  })

  it('asks for the passphrase of the identity once a command, and says so where there is no terminal', async () => {
    using home = makeAgeHome()
    await using scene = await setAgeScene(home)
    const { sandbox } = scene
    await sandbox.add('work')
    sandbox.env.AWS_VAULT_AGE_IDENTITY = await protect(home.identity, 'open sesame')
    const { stderr } = await sandbox.fails(['exec', 'work', '--', 'true'])
    assert.match(stderr, /a passphrase protects the identity .* no terminal to ask.*\n {2}hint: run this on a terminal/)

    using terminal = new Terminal(sandbox, ['exec', 'work', '--', 'sh', '-c', 'echo "id: $AWS_ACCESS_KEY_ID"'])
    await terminal.answer(/Enter passphrase: /, 'open sesame\r')
    const { code, screen } = await terminal.ended
    assert.equal(code, 0, screen)
    assert.match(screen, /id: ASIA/)
    assert.equal(screen.match(/Enter passphrase/g)?.length, 1)
    assert.doesNotMatch(screen, /AGE-SECRET-KEY/)
  })

  it('explains what is missing', async () => {
    using home = makeAgeHome()
    await using scene = await setAgeScene(home)
    const { sandbox } = scene
    await sandbox.add('work')
    writeFileSync(home.recipients, '')
    const { stderr } = await sandbox.fails(['add', 'work', '--env'], 1, { env: KEYS_OF_ALICE })
    assert.match(stderr, /the recipients file .* is empty.*\n {2}hint: .*--age-recipients FILE/)
    const other = await sandbox.fails([
      'exec',
      'work',
      '--age-identity',
      home.addIdentity('age', { recipient: false }),
      '--',
      'true',
    ])
    assert.match(other.stderr, /not encrypted to the identity .*\n {2}hint: .*--age-identity FILE/)
  })
})
