/** Killed at any moment, the program leaves a vault that can be read: each item is the old one or the new one. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { after, before, test } from 'node:test'
import type { Keyring } from '@aws-vault/plugin-sdk'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import fileKeyring from '../plugins/keyring-file/src/index.ts'
import { decodeIamKeys } from '../src/vault/iam-keys.ts'
import { KEYS, OTHER_KEYS, PASSPHRASE, type Running } from './support/sandbox.ts'
import { type Scene, setScene } from './support/scene.ts'

/** How many runs of each command are killed after a time, from none to that of a whole run. */
const timed = 14
/** How many are killed as soon as something happens in the vault. */
const watched = 6

let scene: Scene
let keyring: Keyring

before(async () => {
  scene = await setScene({ config: '[profile work]\nregion = eu-west-1\n[profile other]\nregion = eu-west-1\n' })
  await scene.sandbox.add('other', OTHER_KEYS)
  const options = { dir: scene.sandbox.vault, passphrase: PASSPHRASE }
  keyring = await fileKeyring.open({ ...testContext({ options }), options })
})

after(async () => {
  await keyring.close()
  await scene[Symbol.asyncDispose]()
})

const env = (keys: typeof KEYS | typeof OTHER_KEYS) => ({
  env: { AWS_ACCESS_KEY_ID: keys.accessKeyId, AWS_SECRET_ACCESS_KEY: keys.secretAccessKey },
})

for (const [what, start] of [
  ['add', round => scene.sandbox.start(['add', 'work', '--env'], env(round % 2 === 0 ? KEYS : OTHER_KEYS))],
  ['exec', () => scene.sandbox.start(['exec', 'work', '--refresh', '--', 'true'])],
  ['remove', () => scene.sandbox.start(['remove', 'work', '-f'])],
] satisfies [string, (round: number) => Running][]) {
  test(`${what}, killed ${timed + watched} times`, async () => {
    const began = performance.now()
    await start(0).ended
    const whole = performance.now() - began
    for (let round = 0; round < timed + watched; round++) {
      if ((await keyring.get('work')) === undefined) await scene.sandbox.add('work')
      const running = start(round)
      const ended = new AbortController()
      const moment = round < timed ? later((whole * round) / timed) : nextEvent(scene.sandbox.vault, ended.signal)
      await Promise.race([moment.catch(() => {}), running.ended])
      ended.abort()
      await running.kill('SIGKILL')
      await assertWhole()
    }
    await scene.sandbox.add('work')
    await scene.sandbox.ok(['exec', 'work', '--', 'true'])
  })
}

/** Reads every item, as the next run of the program would. */
async function assertWhole(): Promise<void> {
  const keys = await keyring.keys()
  for (const key of keys) {
    assert.match(key, /^(work|other|sts\.GetSessionToken,d29yaw,,\d+)$/)
    const item = await keyring.get(key)
    assert.notEqual(item, undefined)
    if (item === undefined || key.includes(',')) continue
    const { accessKeyId, secretAccessKey } = decodeIamKeys(item)
    const pairs = key === 'other' ? [OTHER_KEYS] : [KEYS, OTHER_KEYS]
    assert.ok(pairs.some(pair => pair.accessKeyId === accessKeyId && pair.secretAccessKey === secretAccessKey))
  }
  assert.ok(keys.includes('other'), 'keys of another profile are gone')
}

function later(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds))
}

function nextEvent(directory: string, signal: AbortSignal): Promise<unknown> {
  return once(watch(directory, { signal }), 'change')
}
