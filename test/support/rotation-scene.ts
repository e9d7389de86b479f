import assert from 'node:assert/strict'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import fileKeyring from '../../plugins/keyring-file/src/index.ts'
import { decodeIamKeys } from '../../src/vault/iam-keys.ts'
import type { WorldSpec } from '../local-aws/index.ts'
import { PASSPHRASE } from './sandbox.ts'
import { type Scene, setScene, WORLD } from './scene.ts'

export const CONFIG = '[profile work]\nregion = eu-west-1\n'

/** A world in which alice has a second key. */
export const twoKeys = (active = true): WorldSpec => ({
  ...WORLD,
  users: (WORLD.users ?? []).map(user =>
    user.name === 'alice'
      ? { ...user, accessKeys: [...(user.accessKeys ?? []), { id: 'AKIAI55QH8DHBEXAMPLE', active }] }
      : user,
  ),
})

/** A scene whose IAM is the local AWS, too. */
export async function setRotationScene(options: Parameters<typeof setScene>[0] = {}): Promise<Scene> {
  const scene = await setScene(options)
  scene.sandbox.env.AWS_ENDPOINT_URL_IAM = scene.aws.url
  return scene
}

/** The access keys that a user has at AWS. */
export const keysAtAws = ({ aws }: Scene, user = 'alice'): { id: string; active: boolean }[] =>
  (aws.user(user)?.accessKeys ?? []).map(({ id, active }) => ({ id, active }))

/** The key that the vault has for a profile. */
export async function storedKey({ sandbox }: Scene, profile = 'work'): Promise<{ id: string; secret: string }> {
  const options = { dir: sandbox.vault, passphrase: PASSPHRASE }
  const keyring = await fileKeyring.open({ ...testContext({ options }), options })
  try {
    const item = await keyring.get(profile)
    assert.ok(item, profile)
    const { accessKeyId, secretAccessKey } = decodeIamKeys(item)
    return { id: accessKeyId, secret: secretAccessKey }
  } finally {
    await keyring.close()
  }
}

/** Changes the text of an item of the vault, as another version of ours would have written it. */
export async function rewriteItem({ sandbox }: Scene, key: string, change: (text: string) => string): Promise<void> {
  const options = { dir: sandbox.vault, passphrase: PASSPHRASE }
  const keyring = await fileKeyring.open({ ...testContext({ options }), options })
  try {
    const item = await keyring.get(key)
    assert.ok(item, key)
    await keyring.set({ ...item, data: Buffer.from(change(Buffer.from(item.data).toString())) })
  } finally {
    await keyring.close()
  }
}

/** The names of what is in the vault. */
export const namesInVault = ({ sandbox }: Scene): string[] => Object.keys(sandbox.vaultFiles())

/** The vault has a key that works, and AWS one more at most. */
export async function assertSafe(scene: Scene, profile = 'work', user = 'alice'): Promise<string> {
  const { id, secret } = await storedKey(scene, profile)
  const key = scene.aws.user(user)?.accessKeys.find(it => it.id === id)
  assert.deepEqual([key?.active, key?.secret], [true, secret], 'no working key is stored')
  assert.ok(keysAtAws(scene, user).length <= 2)
  return id
}

/** The vault has the one key that the user has, and it works; nothing of the rotation is left. */
export async function assertRotated(scene: Scene, profile = 'work', user = 'alice'): Promise<string> {
  const id = await assertSafe(scene, profile, user)
  assert.deepEqual(keysAtAws(scene, user), [{ id, active: true }])
  assert.deepEqual(
    namesInVault(scene).filter(name => name.startsWith('oidc:')),
    [],
  )
  return id
}
