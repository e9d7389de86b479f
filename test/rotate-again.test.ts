/** What a second rotate makes of what a first one, or somebody else, has left: real processes, a vault of files. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { signedCall } from './local-aws/signed-call.ts'
import { mountOn } from './support/mounts.ts'
import {
  assertRotated,
  assertSafe,
  CONFIG,
  keysAtAws,
  namesInVault,
  rewriteItem,
  setRotationScene,
  storedKey,
  twoKeys,
} from './support/rotation-scene.ts'
import { KEYS, OTHER_KEYS } from './support/sandbox.ts'
import type { Scene } from './support/scene.ts'
import { Terminal } from './support/terminal.ts'

const TWO = `${CONFIG}[profile twin]\nregion = eu-west-1\n`

/** Has a key made by hand, as in AWS's console. */
async function makeKey({ aws }: Scene): Promise<{ accessKeyId: string; secretAccessKey: string }> {
  const answer = await signedCall(aws.url, KEYS, { Action: 'CreateAccessKey' }, { service: 'iam' })
  const accessKeyId = answer.element('AccessKeyId') ?? ''
  return { accessKeyId, secretAccessKey: answer.element('SecretAccessKey') ?? '' }
}

describe('rotate, when an earlier CreateAccessKey was cut', { concurrency: 3 }, () => {
  it('says that a key may have been made and what mends it, which it does', async () => {
    await using at = await setRotationScene()
    at.aws.faults.add({ action: 'CreateAccessKey', effect: 'cut-after' })
    const { stderr } = await at.sandbox.fails(['rotate', 'work'])
    assert.match(stderr, /AWS may have made a key all the same: aws-vault rotate work again finds it/)
    assert.equal(keysAtAws(at).length, 2)
    const again = await at.sandbox.ok(['rotate', 'work'])
    assert.match(again.stderr, /deleting AKIA\w+, of which nobody has the secret/)
    await assertRotated(at)
  })

  it('never deletes a key that the vault has, whenever it was made', async () => {
    await using at = await setRotationScene({ config: `${CONFIG}[profile ci]\nregion = eu-west-1\n` })
    at.aws.faults.add({ action: 'CreateAccessKey', effect: 'cut' })
    await at.sandbox.fails(['rotate', 'work'])
    const made = await makeKey(at)
    await at.sandbox.add('ci', made)
    const { stderr } = await at.sandbox.fails(['rotate', 'work', '--delete-oldest'])
    assert.match(stderr, /is stored for another profile/)
    assert.equal(await assertSafe(at, 'ci'), made.accessKeyId)
    assert.equal(await assertSafe(at), KEYS.accessKeyId)
  })

  it('does not delete unasked a key that was used, or whose use it may not know', async () => {
    for (const deny of [[], ['iam:GetAccessKeyLastUsed']]) {
      await using at = await setRotationScene()
      Object.assign(at.aws.user('alice') ?? {}, { deny })
      at.aws.faults.add({ action: 'CreateAccessKey', effect: 'cut' })
      await at.sandbox.fails(['rotate', 'work'])
      const made = await makeKey(at)
      if (deny.length === 0) await signedCall(at.aws.url, made, { Action: 'GetCallerIdentity' })
      const { stderr } = await at.sandbox.fails(['rotate', 'work'])
      assert.match(stderr, /An interrupted rotation of profile work may have made the key AKIA/)
      assert.match(stderr, deny.length === 0 ? /last used \d{4}-\d\d-\d\d \(sts\)/ : /its last use is not known/)
      assert.ok(stderr.includes(`aws-vault rotate --delete-key ${made.accessKeyId} work`), stderr)
      assert.deepEqual(
        keysAtAws(at).map(({ id }) => id),
        [KEYS.accessKeyId, made.accessKeyId],
      )
      // Another one than it is asked for is no answer.
      await at.sandbox.fails(['rotate', 'work', '--delete-key', 'AKIAI55QH8DHBEXAMPLE'])
      await at.sandbox.ok(['rotate', 'work', '--delete-key', made.accessKeyId])
      await assertRotated(at)
    }
  })

  it('asks a person about a key that may be of somebody', { skip: process.platform === 'win32' }, async () => {
    await using at = await setRotationScene()
    at.aws.faults.add({ action: 'CreateAccessKey', effect: 'cut' })
    await at.sandbox.fails(['rotate', 'work'])
    const made = await makeKey(at)
    await signedCall(at.aws.url, made, { Action: 'GetCallerIdentity' })
    using no = new Terminal(at.sandbox, ['rotate', 'work'])
    await no.answer(/may have made the key AKIA\w+ \([^)]+ \(sts\)\)\. Delete it\? \(y\|N\): $/, '\r')
    assert.equal((await no.ended).code, 1)
    assert.equal(keysAtAws(at).length, 2)
    using yes = new Terminal(at.sandbox, ['rotate', 'work'])
    await yes.answer(/has another key, AKIA\w+ .*Delete it to make room\? \(y\|N\): $/, 'y\r')
    assert.equal((await yes.ended).code, 0)
    await assertRotated(at)
  })
})

describe('rotate', { concurrency: 3 }, () => {
  it('deletes no key to make room when it may not make one', async () => {
    await using at = await setRotationScene({ world: twoKeys() })
    Object.assign(at.aws.user('alice') ?? {}, { deny: ['iam:CreateAccessKey'] })
    const { stderr } = await at.sandbox.fails(['rotate', 'work', '--delete-oldest'])
    assert.match(stderr, /AWS denied CreateAccessKey/)
    assert.equal(keysAtAws(at).length, 2)
    assert.deepEqual(namesInVault(at), ['work'])
  })

  it('makes no key that it could not keep: a vault that is read-only', async context => {
    await using at = await setRotationScene()
    using mount = mountOn(at.sandbox.vault, ['--bind', at.sandbox.vault], context)
    if (mount === undefined) return
    mount.remount('bind,ro')
    const { stderr } = await at.sandbox.fails(['rotate', 'work'])
    assert.match(stderr, /cannot write the item "oidc:rotate:work" .* the file system is read-only/)
    assert.deepEqual(at.calls(), ['ListAccessKeys by alice'])
    assert.equal(await assertRotated(at), KEYS.accessKeyId)
  })

  it('has patience with AWS where room was made and is not seen yet', async () => {
    await using at = await setRotationScene({ world: twoKeys() })
    at.aws.faults.add({ action: 'CreateAccessKey', call: 2, effect: { error: { code: 'LimitExceeded', status: 409 } } })
    await at.sandbox.ok(['rotate', 'work', '--delete-key', 'AKIAI55QH8DHBEXAMPLE'])
    await assertRotated(at)
  })

  it('that has waited for another one finishes what that one, killed, has left', async () => {
    await using at = await setRotationScene()
    const stopped = { action: 'GetCallerIdentity', effect: { delayMs: 300 } }
    at.aws.faults.add(stopped, { action: 'UpdateAccessKey', effect: { delayMs: 3_600_000 } })
    const first = at.sandbox.start(['rotate', 'work'])
    await at.aws.waitForCall(({ action }) => action === 'GetCallerIdentity')
    first.child.kill('SIGSTOP')
    const second = at.sandbox.start(['rotate', 'work'])
    await second.sees(/waiting for another/)
    first.child.kill('SIGCONT')
    await at.aws.waitForCall(({ action }) => action === 'UpdateAccessKey')
    await first.kill('SIGKILL')
    const { code, stdout, stderr } = await second.ended
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^Finished an earlier rotation of the key of profile "work"/)
    await assertRotated(at)
  })

  it('goes on for other profiles where one has a rotation that cannot be read, which --forget gives up', async () => {
    await using at = await setRotationScene({ config: `${CONFIG}[profile b]\nregion = eu-west-1\n` })
    await at.sandbox.add('b', OTHER_KEYS)
    at.aws.faults.add({ action: 'GetCallerIdentity', effect: { error: { code: 'AccessDenied', status: 403 } } })
    await at.sandbox.fails(['rotate', 'b'])
    await rewriteItem(at, 'oidc:rotate:b', text => text.replace('"version":1', '"version":2'))
    const work = await at.sandbox.ok(['rotate', 'work'])
    assert.match(work.stderr, /what is stored as oidc:rotate:b, .* cannot be used \(.*aws-vault rotate --forget b\)/)
    await assertSafe(at)
    const all = await at.sandbox.fails(['rotate', '--all'])
    assert.match(all.stdout, /Rotated the key of profile "work"/)
    assert.match(all.stderr, /aws-vault rotate --forget b/)
    const { stdout, stderr } = await at.sandbox.ok(['rotate', '--forget', 'b'])
    assert.match(stdout, /^Gave up the unfinished rotation of profile "b"\.$/m)
    assert.match(stderr, /look in IAM/)
    assert.deepEqual(namesInVault(at), ['b', 'work'])
    await at.sandbox.ok(['rotate', 'b', '--delete-oldest'])
    await assertRotated(at, 'b', 'bob')
    assert.match((await at.sandbox.ok(['rotate', '--forget', 'b'])).stdout, /^There was no unfinished rotation/)
  })

  it('keeps the old key under grace for all profiles that had it, and deletes it once', async () => {
    await using at = await setRotationScene({ config: TWO, keys: ['work', 'twin'] })
    await at.sandbox.ok(['rotate', 'work', '--grace', '24h'])
    const kept = await at.sandbox.fails(['rotate', 'twin'])
    assert.match(kept.stderr, /the old key AKIAIOSFODNN7EXAMPLE of profile "twin" is kept until/)
    await at.sandbox.ok(['rotate', 'twin', '--delete-oldest'])
    await assertRotated(at)
    assert.equal((await storedKey(at, 'twin')).id, (await storedKey(at)).id)
  })

  it('leaves the grace to the other profile when one is removed', async () => {
    await using at = await setRotationScene({ config: TWO, keys: ['work', 'twin'] })
    await at.sandbox.ok(['rotate', 'work', '--grace', '24h'])
    await at.sandbox.ok(['remove', 'work', '-f'])
    assert.deepEqual(namesInVault(at), ['oidc:rotated:twin', 'twin'])
    assert.match((await at.sandbox.fails(['rotate', 'twin'])).stderr, /is kept until/)
  })

  it('says what to do where the stored key was deactivated or deleted elsewhere', async () => {
    await using at = await setRotationScene({ world: twoKeys() })
    const keys = at.aws.user('alice')?.accessKeys
    Object.assign(keys?.[0] ?? {}, { active: false })
    for (const _ of ['deactivated', 'deleted']) {
      const { stderr } = await at.sandbox.fails(['rotate', 'work'])
      assert.match(stderr, /deactivated or deleted elsewhere, store another one: aws-vault add work/)
      keys?.splice(0, 1)
    }
  })
})
