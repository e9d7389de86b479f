import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, rmSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { type GpgHome, makeGpgHome, whyNoPass } from '../../plugins/keyring-pass/test/gpg-home.ts'
import { makeStore, run } from '../../plugins/keyring-pass/test/store.ts'
import { KEYS, OTHER_KEYS, PASSPHRASE } from '../support/sandbox.ts'
import { type Scene, setScene } from '../support/scene.ts'

describe('pass as the keyring', { skip: whyNoPass() ?? false }, () => {
  let home: GpgHome
  before(() => {
    home = makeGpgHome()
  })
  after(() => home[Symbol.dispose]())

  const setPassScene = async (): Promise<{ scene: Scene; store: string }> => {
    const scene = await setScene({ config: '[profile work]\n[profile team/dev]\n', keys: [] })
    const store = makeStore(home)
    Object.assign(scene.sandbox.env, {
      AWS_VAULT_BACKEND: 'pass',
      AWS_VAULT_PASS_PREFIX: 'aws-vault/',
      AWS_VAULT_PASS_PASSWORD_STORE_DIR: store,
      GNUPGHOME: home.environment.GNUPGHOME,
    })
    return { scene, store }
  }

  it('adds, runs programs, lists and removes', async () => {
    const { scene, store } = await setPassScene()
    await using _ = scene
    const { sandbox } = scene
    await sandbox.add('work')
    const input = JSON.stringify({ AccessKeyId: OTHER_KEYS.accessKeyId, SecretAccessKey: OTHER_KEYS.secretAccessKey })
    await sandbox.ok(['add', 'team/dev', '--stdin'], { input })
    assert.match(await sandbox.accessKeyIdUnder(['work']), /^ASIA/)
    assert.match(await sandbox.accessKeyIdUnder(['team/dev']), /^ASIA/)
    await sandbox.accessKeyIdUnder(['work'])
    assert.deepEqual(scene.calls(), ['GetSessionToken by alice', 'GetSessionToken by bob'])
    assert.equal(await sandbox.accessKeyIdUnder(['work', '--no-session']), KEYS.accessKeyId)

    const listed = await sandbox.ok(['list', '--credentials'])
    assert.equal(listed.stdout, 'work\nteam/dev\n')
    assert.match(
      (await sandbox.ok(['list', '--sessions'])).stdout,
      /^work sts\.GetSessionToken:\d+m\nteam\/dev sts\.GetSessionToken:\d+m\n$/,
    )

    await sandbox.ok(['remove', 'team/dev', '--force'])
    assert.equal((await sandbox.ok(['list', '--credentials'])).stdout, 'work\n')
    await sandbox.ok(['clear'])
    assert.deepEqual(readdirSync(join(store, 'aws-vault')), ['work.gpg'])
  })

  it('finds what pass was given, and pass what we were', async () => {
    const { scene, store } = await setPassScene()
    await using _ = scene
    const { sandbox } = scene
    await sandbox.add('team/dev')
    const ours = JSON.parse(run(home, 'pass', ['show', 'aws-vault/team/dev'], '', store))
    assert.equal(ours.Label, 'aws-vault (team/dev)')
    assert.equal(JSON.parse(Buffer.from(ours.Data, 'base64').toString()).SecretAccessKey, KEYS.secretAccessKey)
    run(home, 'pass', ['insert', '-m', '-f', 'aws-vault/work'], JSON.stringify({ ...ours, Key: 'work' }), store)
    assert.match(await sandbox.accessKeyIdUnder(['work']), /^ASIA/)
  })

  it('gets no secret as an argument, and none that is not its own in its environment', async () => {
    const { scene } = await setPassScene()
    await using _ = scene
    const { sandbox } = scene
    const program = sandbox.script('bin/my-pass', `#!/bin/sh\n{ echo "$@"; env; } >> "$HOME/seen"\nexec pass "$@"\n`)
    await sandbox.ok(['add', 'work', '--env', '--pass-cmd', program], {
      env: { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey },
    })
    await sandbox.ok(['exec', 'work', '--pass-cmd', program, '--', 'true'])
    const seen = sandbox.read('seen')
    assert.match(seen, /^insert -m -f aws-vault\/\.awsvault-tmp-[0-9a-f]+$/m)
    assert.match(seen, /^show aws-vault\/work$/m)
    for (const secret of [KEYS.secretAccessKey, PASSPHRASE, ...scene.aws.secrets()]) assert.ok(!seen.includes(secret))
  })

  it('is the default where there is a password store, and the encrypted files are where there is none', async () => {
    const { scene, store } = await setPassScene()
    await using _ = scene
    const { sandbox } = scene
    sandbox.env.AWS_VAULT_BACKEND = ''
    rmSync(join(store, '.gpg-id'))
    assert.match((await sandbox.add('work')).stdout, /in the file keyring/)

    const other = await setPassScene()
    await using __ = other.scene
    other.scene.sandbox.env.AWS_VAULT_BACKEND = ''
    assert.match((await other.scene.sandbox.add('work')).stdout, /in the pass keyring/)
    // Where keys are, nothing else takes their place.
    rmSync(join(other.store, '.gpg-id'))
    const env = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey }
    assert.match((await other.scene.sandbox.fails(['add', 'next', '--env'], 1, { env })).stderr, /no password store/)
  })

  it('says how to make a store, and what gpg lacks', async () => {
    const { scene, store } = await setPassScene()
    await using _ = scene
    const { sandbox } = scene
    await sandbox.add('work')
    writeFileSync(join(store, '.gpg-id'), 'nobody@example.com\n')
    const keys = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey }
    const unknown = await sandbox.fails(['add', 'work', '--env'], 1, { env: keys })
    assert.match(unknown.stderr, /gpg has no key of "nobody@example.com".*\n {2}hint: look at it: gpg --list-keys/)
    rmSync(join(store, '.gpg-id'))
    const none = await sandbox.fails(['add', 'work', '--env'], 1, { env: keys })
    assert.match(none.stderr, /there is no password store in .*\n {2}hint: make it: .*pass init/)
    const missing = await sandbox.fails(['exec', 'work', '--pass-cmd', 'no-such-pass', '--', 'true'])
    assert.match(missing.stderr, /the program "no-such-pass" cannot be started/)
  })

  it('ends, and gpg with it, on Ctrl-C while gpg asks for the passphrase', async () => {
    using locked = makeGpgHome('passphrase')
    const { scene } = await setPassScene()
    await using _ = scene
    const { sandbox } = scene
    const store = makeStore(locked)
    sandbox.env.GNUPGHOME = locked.environment.GNUPGHOME ?? ''
    sandbox.env.AWS_VAULT_PASS_PASSWORD_STORE_DIR = store
    await sandbox.add('work')
    const asked = join(locked.path, 'asked')
    locked.pinentry(`HANG ${asked}`)

    const running = sandbox.start(['exec', 'work', '--', 'true'], { env: { DISPLAY: ':99' } })
    const watcher = watch(locked.path)
    while (!existsSync(asked)) await once(watcher, 'change')
    watcher.close()
    // What a terminal does: the whole group gets the signal.
    process.kill(-(running.child.pid ?? 0), 'SIGINT')
    assert.equal((await running.ended).signal, 'SIGINT')
    const isThere = (): boolean =>
      spawnSync('sh', ['-c', `cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '`], {
        encoding: 'utf8',
      }).stdout.includes(`--no-encrypt-to ${store}`)
    while (isThere()) await setImmediate()
  })
})
