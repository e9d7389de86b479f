/** rotate, as a user sees it: real processes, a vault of files, the local AWS. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, watch, writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import {
  assertRotated,
  CONFIG,
  keysAtAws,
  namesInVault,
  setRotationScene,
  storedKey,
  twoKeys,
} from '../support/rotation-scene.ts'
import { KEYS, OTHER_KEYS } from '../support/sandbox.ts'
import { ALICE_MFA, mfaProcess, roleArn, type Scene, WORLD } from '../support/scene.ts'
import { Terminal } from '../support/terminal.ts'

const sinceLastRun = (at: Scene): (() => string[]) => {
  const before = at.calls().length
  return () => at.calls().slice(before)
}

describe('rotate', () => {
  it('replaces the key, drops the sessions made from the old one, and deletes that', async () => {
    await using at = await setRotationScene()
    await at.sandbox.ok(['exec', 'work', '--', 'true'])
    const calls = sinceLastRun(at)
    const { stdout, stderr } = await at.sandbox.ok(['rotate', 'work'])
    const id = await assertRotated(at)
    assert.notEqual(id, KEYS.accessKeyId)
    assert.equal(
      stdout,
      `Rotated the key of profile "work": ${id} took the place of ${KEYS.accessKeyId}.\nThe old key is deleted.\n`,
    )
    assert.match(stderr, /^Rotating the keys of work: creating a new key$/m)
    assert.deepEqual(calls(), [
      'ListAccessKeys by alice',
      'CreateAccessKey by alice',
      'GetCallerIdentity by alice',
      'UpdateAccessKey by alice',
      'DeleteAccessKey by alice',
    ])
    assert.deepEqual(namesInVault(at), ['work'])
    await at.sandbox.ok(['exec', 'work', '--', 'true'])
  })

  it('follows source_profile, and removes the sessions of all that stem from it', async () => {
    await using at = await setRotationScene({
      config: `${CONFIG}[profile admin]\nsource_profile = work\nrole_arn = ${roleArn('admin')}\n`,
    })
    await at.sandbox.ok(['exec', 'admin', '--', 'true'])
    await at.sandbox.ok(['rotate', 'admin', '--json'])
    await assertRotated(at)
    assert.deepEqual(namesInVault(at), ['work'])
  })

  it('signs with MFA where any profile of the chain has it, by one code', async () => {
    await using at = await setRotationScene({
      world: {
        ...WORLD,
        users: (WORLD.users ?? []).map(user => (user.name === 'alice' ? { ...user, requireMfa: ['iam:*'] } : user)),
      },
    })
    const { command, asked } = mfaProcess(at.sandbox, [at.aws.mfaCode(ALICE_MFA)])
    at.sandbox.config(
      `${CONFIG}[profile admin]\nsource_profile = work\nrole_arn = ${roleArn('guarded')}\nmfa_serial = ${ALICE_MFA}\nmfa_process = ${command}\n`,
    )
    const denied = await at.sandbox.fails(['rotate', 'work'])
    assert.match(denied.stderr, /set mfa_serial/)
    await at.sandbox.ok(['rotate', 'admin'])
    await assertRotated(at)
    assert.equal(asked(), 1)
    const refused = await at.sandbox.fails(['rotate', '-n', 'admin'])
    assert.match(refused.stderr, /AWS denied ListAccessKeys/)
  })

  it('keeps what other tools wrote into the item, and switches every profile that has the same key', async () => {
    await using at = await setRotationScene({
      config: `${CONFIG}[profile twin]\nregion = eu-west-1\n`,
      keys: ['work', 'twin'],
    })
    const { stdout } = await at.sandbox.ok(['rotate', 'work', '--json'])
    const [result] = JSON.parse(stdout)
    assert.deepEqual([result.status, result.profiles, result.afterwards], ['rotated', ['work', 'twin'], 'delete'])
    assert.equal(await assertRotated(at), (await storedKey(at, 'twin')).id)
  })

  it('makes room by --delete-oldest, never by the key in use, and asks otherwise', async () => {
    await using at = await setRotationScene({ world: twoKeys() })
    Object.assign(at.aws.user('alice')?.accessKeys[0] ?? {}, { created: Date.now() - 86_400_000 })
    const asked = await at.sandbox.fails(['rotate', 'work'])
    assert.match(
      asked.stderr,
      /AKIAI55QH8DHBEXAMPLE \(active, made today, .*, newer than the one in use, never used\).*--delete-key AKIAI55QH8DHBEXAMPLE work, or --delete-oldest/s,
    )
    assert.equal(keysAtAws(at).length, 2)
    await at.sandbox.ok(['rotate', 'work', '--delete-oldest'])
    await assertRotated(at)
  })

  it('deletes no key that another profile has', async () => {
    await using at = await setRotationScene({
      config: `${CONFIG}[profile second]\nregion = eu-west-1\n`,
      world: twoKeys(),
    })
    const second = at.aws.user('alice')?.accessKeys[1]
    assert.ok(second)
    await at.sandbox.add('second', { accessKeyId: second.id, secretAccessKey: second.secret })
    const { stderr } = await at.sandbox.fails(['rotate', 'work', '--delete-oldest'])
    assert.match(stderr, /AKIAI55QH8DHBEXAMPLE \(second\) is stored for another profile/)
    assert.equal(keysAtAws(at).length, 2)
  })

  it('asks on a terminal whether the other key may go, and shows each step there', async () => {
    await using at = await setRotationScene({ world: twoKeys(false) })
    using no = new Terminal(at.sandbox, ['rotate', 'work'])
    await no.answer(
      /another key, AKIAI55QH8DHBEXAMPLE \(inactive, made today, \S+, never used\)\. Delete it to make room\? \(y\|N\): $/,
      'n\r',
    )
    const declined = await no.ended
    assert.equal(declined.code, 1)
    assert.match(declined.screen, /there is no room for a new key/)
    assert.equal(keysAtAws(at).length, 2)
    using yes = new Terminal(at.sandbox, ['rotate', 'work'])
    await yes.answer(/\(y\|N\): $/, 'y\r')
    const { code, screen } = await yes.ended
    assert.equal(code, 0, screen)
    assert.match(screen, /Rotating the keys of work: deleting the old key AKIAIOSFODNN7EXAMPLE/)
    assert.match(screen, /The old key is deleted\.\r\n/)
    await assertRotated(at)
  })

  it('--debug shows no secret, and remove takes along what is left of an interrupted rotation', async () => {
    await using at = await setRotationScene()
    at.aws.faults.add({ action: 'GetCallerIdentity', effect: { error: { code: 'AccessDenied', status: 403 } } })
    await at.sandbox.run(['rotate', 'work', '--debug'])
    assert.ok(namesInVault(at).includes('oidc:rotate:work'))
    assert.doesNotMatch((await at.sandbox.ok(['list'])).stdout, /rotate/)
    await at.sandbox.ok(['clear'])
    assert.ok(namesInVault(at).includes('oidc:rotate:work'))
    const { stderr } = await at.sandbox.ok(['remove', 'work', '-f'])
    assert.match(stderr, /a rotation was not finished/)
    assert.deepEqual(namesInVault(at), [])
  })

  it('--keep-old deactivates and leaves it', async () => {
    await using at = await setRotationScene()
    await at.sandbox.ok(['rotate', 'work', '--keep-old'])
    const { id } = await storedKey(at)
    assert.deepEqual(keysAtAws(at), [
      { id: KEYS.accessKeyId, active: false },
      { id, active: true },
    ])
    assert.deepEqual(namesInVault(at), ['work'])
  })

  it('--grace deactivates, and a later run deletes', async () => {
    await using at = await setRotationScene()
    await at.sandbox.ok(['rotate', 'work', '--grace', '1h'])
    assert.deepEqual(
      keysAtAws(at).map(({ active }) => active),
      [false, true],
    )
    const kept = await at.sandbox.fails(['rotate', 'work'])
    assert.match(kept.stderr, /is kept until/)
    const quiet = await at.sandbox.ok(['exec', 'work', '--', 'true'])
    assert.equal(quiet.stderr, '')
    await at.sandbox.ok(['clear'])
    await at.sandbox.ok(['rotate', 'work', '--delete-oldest'])
    await assertRotated(at)
    await at.sandbox.ok(['rotate', 'work', '--grace', '1s'])
    await new Promise(resolve => setTimeout(resolve, 1100))
    await at.sandbox.ok(['rotate', 'work', '--older-than', '1d'])
    await assertRotated(at)
  })

  it('--all rotates every key, one failure or not; --older-than leaves young ones alone', async () => {
    await using at = await setRotationScene({ config: `${CONFIG}[profile b]\nregion = eu-west-1\n` })
    await at.sandbox.add('b', OTHER_KEYS)
    const young = await at.sandbox.ok(['rotate', '--all', '--older-than', '90d'])
    assert.match(young.stdout, /"b" is young enough.*\n.*"work" is young enough/)
    at.aws.faults.add({ action: 'CreateAccessKey', effect: { error: { code: 'AccessDenied', status: 403 } } })
    const { stdout, code } = await at.sandbox.run(['rotate', '--all', '--json'])
    const results = JSON.parse(stdout) as { profile: string; status: string; code?: string }[]
    assert.deepEqual(
      results.map(({ profile, status }) => [profile, status]),
      [
        ['b', 'failed'],
        ['work', 'rotated'],
      ],
    )
    assert.equal(results[0]?.code, 'ERR_IAM_DENIED')
    assert.equal(code, 1)
    await assertRotated(at)
    assert.equal(await assertRotated(at, 'b', 'bob'), OTHER_KEYS.accessKeyId)
  })

  it('--older-than rotates what is older, in days, hours and seconds', async () => {
    for (const [age, hours, isOld] of [
      ['90d', 91 * 24, true],
      ['90d', 89 * 24, false],
      ['2h', 3, true],
      ['2h', 1, false],
      ['3600s', 2, true],
    ] as const) {
      await using at = await setRotationScene()
      Object.assign(at.aws.user('alice')?.accessKeys[0] ?? {}, { created: Date.now() - hours * 3_600_000 })
      const { stdout } = await at.sandbox.ok(['rotate', '--all', '--older-than', age])
      assert.match(stdout, isOld ? /^Rotated the key of profile "work"/ : /is young enough/, `${age}, ${hours}`)
      assert.equal((await assertRotated(at)) === KEYS.accessKeyId, !isOld)
    }
  })

  it('refuses what has no stored keys, and a command line without aim', async () => {
    await using at = await setRotationScene({ config: '[profile p]\ncredential_process = true\n', keys: [] })
    assert.match((await at.sandbox.fails(['rotate', 'p'])).stderr, /no stored keys that could be rotated/)
    await at.sandbox.fails(['rotate'], 2)
    await at.sandbox.fails(['rotate', 'p', '--all'], 2)
  })

  it('waits until AWS knows the new key', async () => {
    await using at = await setRotationScene()
    const unknown = { error: { code: 'InvalidClientTokenId', status: 403 } }
    at.aws.faults.add({ action: 'GetCallerIdentity', times: 2, effect: unknown })
    at.aws.faults.add({ action: 'UpdateAccessKey', effect: unknown }, { action: 'DeleteAccessKey', effect: unknown })
    await at.sandbox.ok(['rotate', 'work'])
    await assertRotated(at)
  })

  it('deletes at once where the user may not deactivate', async () => {
    await using at = await setRotationScene({
      world: { ...WORLD, users: [{ ...WORLD.users?.[0], name: 'alice', deny: ['iam:UpdateAccessKey'] }] },
    })
    await at.sandbox.ok(['rotate', 'work'])
    await assertRotated(at)
  })

  it('two at once: one rotates, the other sees it', async () => {
    await using at = await setRotationScene()
    const both = await Promise.all([at.sandbox.ok(['rotate', 'work']), at.sandbox.ok(['rotate', 'work'])])
    await assertRotated(at)
    const created = at.calls().filter(call => call.startsWith('CreateAccessKey')).length
    assert.ok(created === 1 || both.every(({ stdout }) => stdout.startsWith('Rotated')), `${created}`)
    assert.ok(created <= 2)
  })

  it('exec goes on meanwhile, whatever it had read before', async () => {
    await using at = await setRotationScene()
    // The code is asked for after the keys were read: while the person looks for it, they are rotated.
    at.sandbox.script(
      'code',
      `#!/bin/sh\necho asked >> ${at.sandbox.home}/asked\nread line < ${at.sandbox.home}/pipe\necho "$line"\n`,
    )
    at.sandbox.config(
      `${CONFIG}[profile mfa]\nregion = eu-west-1\nsource_profile = work\nrole_arn = ${roleArn('guarded')}\nmfa_serial = ${ALICE_MFA}\nmfa_process = ${at.sandbox.path('code')}\n`,
    )
    execFileSync('mkfifo', [at.sandbox.path('pipe')])
    const stop = new AbortController()
    const seen = once(watch(at.sandbox.home, { signal: stop.signal }), 'change', { signal: stop.signal })
    const running = at.sandbox.start(['exec', 'mfa', '--', 'true'])
    while (!existsSync(at.sandbox.path('asked'))) await Promise.race([seen, running.ended])
    stop.abort()
    await at.sandbox.ok(['rotate', 'work'])
    writeFileSync(at.sandbox.path('pipe'), `${at.aws.mfaCode(ALICE_MFA)}\n`)
    const { code, stderr } = await running.ended
    assert.equal(code, 0, stderr)
  })

  it('sessions made from the old key live on', async () => {
    await using at = await setRotationScene()
    const env = await at.sandbox.environmentUnder(['work'])
    await at.sandbox.ok(['rotate', 'work'])
    const calls = sinceLastRun(at)
    const client = new STSClient({
      region: 'eu-west-1',
      endpoint: at.aws.url,
      credentials: {
        accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
        secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
        sessionToken: env.AWS_SESSION_TOKEN ?? '',
      },
    })
    await client.send(new GetCallerIdentityCommand({}))
    assert.deepEqual(calls(), ["GetCallerIdentity by alice's session"])
  })

  it('list --ages says how old keys are, and why it does not know', async () => {
    await using at = await setRotationScene({ config: `${CONFIG}[profile b]\nregion = eu-west-1\n` })
    await at.sandbox.add('b', OTHER_KEYS)
    at.aws.user('bob')?.accessKeys.splice(0)
    const { stdout, stderr } = await at.sandbox.ok(['list', '--ages'])
    assert.match(stdout, /^work +AKIAIOSFODNN7EXAMPLE +0$/m)
    assert.match(stdout, /^b +AKIAI44QH8DHBEXAMPLE +unknown$/m)
    assert.match(stderr, /^aws-vault: b: AWS does not accept AKIAI44QH8DHBEXAMPLE/m)
  })
})
