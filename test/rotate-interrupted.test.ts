/**
 * rotate, interrupted everywhere by everything: at each call by a refusal, a time-out, a cut connection (before, after
 * and in the middle of the answer), nonsense and kill -9; at each write by a full disk and kill -9. Real processes, a real
 * vault. Whatever happened, the vault has a working key, and a second run ends with one key here and at AWS.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FaultEffect } from './local-aws/index.ts'
import {
  assertRotated,
  assertSafe,
  CONFIG,
  keysAtAws,
  namesInVault,
  setRotationScene,
  twoKeys,
} from './support/rotation-scene.ts'
import { KEYS } from './support/sandbox.ts'
import { type Scene, WORLD } from './support/scene.ts'

/** The calls of a rotation, in their order. */
const CALLS = ['ListAccessKeys', 'CreateAccessKey', 'GetCallerIdentity', 'UpdateAccessKey', 'DeleteAccessKey']

const EFFECTS: Readonly<Record<string, FaultEffect>> = {
  'is refused': { error: { code: 'AccessDenied', status: 403 } },
  'is throttled': 'throttle',
  'meets a failing AWS': { error: { code: 'InternalFailure', status: 500 } },
  'is cut': 'cut',
  'is cut after its effect': 'cut-after',
  'is cut in the answer': 'cut-answer',
  'is answered with nonsense': 'garbage',
  hangs: 'hang',
}

/**
 * Run in the program before anything of ours: counts what changes files in the vault, and does something at the n-th.
 * What stands at `renameSync` and `unlinkSync` there is how the keyring of files writes and removes.
 */
const saboteur = `
const fs = require('node:fs')
let count = 0
for (const name of ['renameSync', 'unlinkSync', 'rmSync']) {
  const original = fs[name]
  fs[name] = (...args) => {
    const path = String(name === 'renameSync' ? args[1] : args[0])
    if (!path.includes('/.awsvault/') || path.endsWith('.lock') || ++count !== Number(process.env.SABOTAGE_AT)) {
      return original(...args)
    }
    const how = process.env.SABOTAGE
    if (how === 'full') throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
    if (how === 'after') original(...args)
    fs.writeFileSync(process.env.SABOTAGED, path)
    process.kill(process.pid, 'SIGKILL')
    for (;;) {}
  }
}`

const sabotage = ({ sandbox }: Scene, how: string, nth: number): Record<string, string> => ({
  NODE_OPTIONS: `--require ${sandbox.write('saboteur.cjs', saboteur)}`,
  SABOTAGE: how,
  SABOTAGE_AT: String(nth),
  SABOTAGED: sandbox.path('sabotaged'),
})

async function assertMended(at: Scene): Promise<string> {
  await assertSafe(at)
  at.aws.faults.clear()
  const { stderr } = await at.sandbox.ok(['exec', 'work', '--', 'true'])
  await at.sandbox.ok(['rotate', 'work'])
  const id = await assertRotated(at)
  assert.notEqual(id, KEYS.accessKeyId)
  const after = await at.sandbox.ok(['exec', 'work', '--', 'true'])
  assert.equal(after.stderr, '')
  return stderr
}

describe('rotate, where a call', { concurrency: 3 }, () => {
  for (const [what, effect] of Object.entries(EFFECTS)) {
    for (const action of CALLS) {
      // These wait for half a minute, and so all at once.
      if (what === 'hangs') continue
      it(`${action} ${what}`, async () => {
        await using at = await setRotationScene()
        at.aws.faults.add({ action, times: 'always', effect })
        const { code } = await at.sandbox.run(['rotate', 'work'])
        // Who may not deactivate deletes.
        assert.equal(code, what === 'is refused' && action === 'UpdateAccessKey' ? 0 : 1)
        await assertMended(at)
      })
    }
  }

  it(`hangs: ${CALLS.join(', ')}, side by side`, async () => {
    await Promise.all(
      CALLS.map(async action => {
        await using at = await setRotationScene()
        at.aws.faults.add({ action, times: 'always', effect: 'hang' })
        const { stderr } = await at.sandbox.fails(['rotate', 'work'])
        assert.match(stderr, new RegExp(`did not answer ${action}`))
        await assertMended(at)
      }),
    )
  })

  for (const action of CALLS) {
    for (const [when, effect] of [
      ['before AWS has seen it', 'hang'],
      ['after AWS has done it', { delayMs: 3_600_000 }],
    ] as const) {
      it(`${action} is the last one: killed ${when}`, async () => {
        await using at = await setRotationScene()
        at.aws.faults.add({ action, effect })
        const running = at.sandbox.start(['rotate', 'work'])
        await Promise.race([at.aws.waitForCall(call => call.action === action), running.ended])
        assert.equal((await running.kill('SIGKILL')).signal, 'SIGKILL')
        const stderr = await assertMended(at)
        const said = /^aws-vault: the keys of profile work are being rotated, or that was interrupted/m.test(stderr)
        assert.equal(said, action !== 'ListAccessKeys')
      })
    }
  }
})

describe('rotate, where a write', { concurrency: 3 }, () => {
  /** Journal: creating, created, verified, switched, sessions dropped, deactivated; the key; a session and the journal go. */
  const writes = 9
  for (const [how, what] of [
    ['full', 'finds the disk full'],
    ['before', 'is not made: killed'],
    ['after', 'is the last one: killed'],
  ] as const) {
    for (let nth = 1; nth <= writes + 1; nth++) {
      it(nth > writes ? `${what}, after ${writes} there is none` : `${what}, number ${nth}`, async () => {
        await using at = await setRotationScene()
        await at.sandbox.ok(['exec', 'work', '--', 'true'])
        const env = sabotage(at, how, nth)
        const { code, signal, stderr } = await at.sandbox.run(['rotate', 'work'], { env })
        if (nth > writes) assert.deepEqual([code, signal], [0, null], stderr)
        else if (how === 'full') assert.equal(code, 1, stderr)
        else assert.equal(signal, 'SIGKILL', stderr)
        await assertMended(at)
      })
    }
  }
})

/** What else a rotation can be, how many writes it has, and how many keys there are when a second run is through. */
const KINDS = {
  // The old key waits to be deleted: one write more, and one for the profile that has the same key.
  '--grace, for two profiles': { flags: ['--grace', '1h'], writes: 11, twin: true, second: false, left: 1 },
  '--keep-old': { flags: ['--keep-old'], writes: 9, twin: false, second: false, left: 1 },
  // The journal is begun, and given up when AWS has said that there is no room.
  'with another key in the way': { flags: ['--delete-oldest'], writes: 11, twin: false, second: true, left: 0 },
} as const

for (const [kind, { flags, writes, twin, second, left }] of Object.entries(KINDS)) {
  describe(`rotate ${kind}, killed`, { concurrency: 3 }, () => {
    for (let nth = 1; nth <= writes + 1; nth++) {
      it(nth > writes ? `after ${writes} writes, there is none` : `after write ${nth}`, async () => {
        await using at = await setRotationScene({
          config: `${CONFIG}[profile twin]\nregion = eu-west-1\n`,
          keys: twin ? ['work', 'twin'] : ['work'],
          world: second ? twoKeys() : WORLD,
        })
        await at.sandbox.ok(['exec', 'work', '--', 'true'])
        const env = sabotage(at, 'after', nth)
        const { code, signal, stderr } = await at.sandbox.run(['rotate', 'work', ...flags], { env })
        if (nth > writes) return assert.deepEqual([code, signal], [0, null], stderr)
        assert.equal(signal, 'SIGKILL', stderr)
        await assertSafe(at)
        if (twin) await assertSafe(at, 'twin')
        // Whichever profile it is taken up by, and whatever that one says of it.
        const as = twin ? 'twin' : 'work'
        const isUnfinished = namesInVault(at).includes('oidc:rotate:work')
        const exec = await at.sandbox.ok(['exec', as, '--', 'true'])
        assert.equal(exec.stderr.includes(`aws-vault rotate ${as} finishes it`), isUnfinished)
        const again = await at.sandbox.run(['rotate', as, ...flags])
        const isKept = !isUnfinished && flags[0] === '--grace'
        assert.equal(again.code, isKept || (!isUnfinished && flags[0] === '--keep-old') ? 1 : 0, again.stderr)
        const id = await assertSafe(at, as)
        const keys = keysAtAws(at)
        assert.deepEqual([keys.length, keys.filter(({ active }) => active).length], [1 + left, 1], again.stderr)
        assert.notEqual(id, KEYS.accessKeyId)
        const words = namesInVault(at).filter(name => name.startsWith('oidc:'))
        // What was undone was begun anew as the other one's.
        const waiting = nth === 1 ? `oidc:rotated:${as}` : 'oidc:rotated:work'
        assert.deepEqual(words, flags[0] === '--grace' ? [waiting] : [])
        await at.sandbox.ok(['rotate', as, '--delete-oldest'])
        assert.notEqual(await assertRotated(at, as), id)
        if (twin) await assertRotated(at, 'work')
      })
    }
  })
}
