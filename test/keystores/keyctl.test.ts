import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { discard, keyctl, newName, whyNoKernelKeyring } from '../../plugins/keyring-keyctl/test/kernel.ts'
import { KEYS, OTHER_KEYS } from '../support/sandbox.ts'
import { type Scene, setScene } from '../support/scene.ts'

describe("the kernel's keyring as ours", { skip: whyNoKernelKeyring() ?? false }, () => {
  let name: string
  beforeEach(() => {
    name = newName()
  })
  afterEach(() => discard(name))

  const setKernelScene = async (): Promise<Scene> => {
    const scene = await setScene({ config: '[profile work]\n[profile team/dev]\n', keys: [] })
    Object.assign(scene.sandbox.env, { AWS_VAULT_BACKEND: 'keyctl', AWS_VAULT_KEYCTL_NAME: name })
    return scene
  }

  it('adds, runs programs, lists and removes, and writes nothing to the disk', async () => {
    await using scene = await setKernelScene()
    const { sandbox } = scene
    await sandbox.add('work')
    const input = JSON.stringify({ AccessKeyId: OTHER_KEYS.accessKeyId, SecretAccessKey: OTHER_KEYS.secretAccessKey })
    await sandbox.ok(['add', 'team/dev', '--stdin'], { input })
    assert.match(await sandbox.accessKeyIdUnder(['work']), /^ASIA/)
    assert.match(await sandbox.accessKeyIdUnder(['team/dev']), /^ASIA/)
    await sandbox.accessKeyIdUnder(['work'])
    assert.deepEqual(scene.calls(), ['GetSessionToken by alice', 'GetSessionToken by bob'])
    assert.equal(await sandbox.accessKeyIdUnder(['work', '--no-session']), KEYS.accessKeyId)
    assert.equal((await sandbox.ok(['list', '--credentials'])).stdout, 'work\nteam/dev\n')

    const { status, stdout } = spawnSync('grep', ['-rlF', KEYS.secretAccessKey, sandbox.home], { encoding: 'utf8' })
    assert.deepEqual({ status, stdout }, { status: 1, stdout: '' })
    assert.ok(!readdirSync(sandbox.home).includes('.awsvault'))

    await sandbox.ok(['remove', 'team/dev', '--force'])
    await sandbox.ok(['clear'])
    assert.match(keyctl(`keyctl list $(keyctl search @u keyring ${name})`), /^1 key in keyring:\n.* user: work\n$/)
  })

  it('finds what another program has stored, with nothing but the data', async () => {
    await using scene = await setKernelScene()
    const { sandbox } = scene
    const keys = { AccessKeyID: KEYS.accessKeyId, SecretAccessKey: KEYS.secretAccessKey, SessionToken: '', Source: '' }
    keyctl(`keyctl padd user work $(keyctl newring ${name} @u)`, JSON.stringify(keys))
    assert.match(await sandbox.accessKeyIdUnder(['work']), /^ASIA/)
  })

  it('is taken by itself only if something is in it: a restart of the machine empties it', async () => {
    await using empty = await setKernelScene()
    empty.sandbox.env.AWS_VAULT_BACKEND = ''
    assert.doesNotMatch((await empty.sandbox.add('work')).stdout, /keyctl/)
    await using filled = await setKernelScene()
    await filled.sandbox.add('work')
    filled.sandbox.env.AWS_VAULT_BACKEND = ''
    assert.match((await filled.sandbox.add('other')).stdout, /keyctl/)
  })
})
