/**
 * A hundred processes at once, as SDKs start them by `credential_process`, with nothing cached: what costs a code, a
 * command or a call happens once, also where the one that is at it is killed.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { Ended, Running } from './support/sandbox.ts'
import { ALICE_MFA, mfaProcess, roleArn, type Scene, setScene } from './support/scene.ts'

const HUNDRED = 100

/** Starts that many, which all wait for the same thing. */
const startAll = ({ sandbox }: Scene, profile: string, count = HUNDRED): Running[] =>
  Array.from({ length: count }, () => sandbox.start(['export', '--format', 'json', profile]))

/** All got credentials, and all the same. */
function assertSame(ended: readonly Ended[]): void {
  for (const { code, stderr } of ended) assert.equal(code, 0, stderr)
  const [first = '', ...others] = new Set(ended.map(({ stdout }) => stdout))
  assert.equal(others.length, 0, 'others got something else')
  const { Version, AccessKeyId } = JSON.parse(first)
  assert.equal(Version, 1)
  assert.match(AccessKeyId, /^ASIA/)
}

const allEnded = (all: readonly Running[]): Promise<Ended[]> => Promise.all(all.map(({ ended }) => ended))

/** A role behind MFA, of which every code, and every call, is one too many. */
async function setMfaScene(codesAt: readonly number[]) {
  const scene = await setScene({ config: '' })
  const { sandbox, aws } = scene
  const process = mfaProcess(
    sandbox,
    codesAt.map(seconds => aws.mfaCode(ALICE_MFA, aws.now() + seconds * 1000)),
  )
  const mfa = `mfa_serial = ${ALICE_MFA}\nmfa_process = ${process.command}\n`
  sandbox.config(`[profile work]\nregion = eu-west-1\n${mfa}
[profile guarded]\nsource_profile = work\nrole_arn = ${roleArn('guarded')}\n${mfa}`)
  return { ...scene, process, [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose]() }
}

/** A command that prints credentials; it waits for a file if there is to be time to kill somebody. */
async function setProcessScene(waits: boolean) {
  const scene = await setScene({ config: '', keys: [] })
  const { sandbox } = scene
  const log = sandbox.write('ran', '')
  const credentials = {
    Version: 1,
    AccessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    SecretAccessKey: 'x'.repeat(40),
    SessionToken: 'token',
    Expiration: new Date(Date.now() + 3_600_000).toISOString(),
  }
  // The first one: it outlives the one that started it, and has to end with the test.
  const wait = waits ? '[ "$(wc -l < ran)" -gt 1 ] || until [ -e go ]; do sleep 0.1; done\n' : ''
  const command = sandbox.script(
    'print',
    `#!/bin/sh\ncd "$(dirname "$0")" || exit 1\necho ran >> ran\necho running >&2\n${wait}cat <<'END'\n${JSON.stringify(credentials)}\nEND\n`,
  )
  sandbox.config(`[profile c]\ncredential_process = ${command}\n`)
  const ran = (): number => readFileSync(log, 'utf8').length / 'ran\n'.length
  return { ...scene, ran, [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose]() }
}

describe('a hundred at once', () => {
  test('a role with MFA: one code, one call for each session', async context => {
    await using scene = await setMfaScene([0, 30])
    const begin = performance.now()
    assertSame(await allEnded(startAll(scene, 'guarded')))
    context.diagnostic(`a role with MFA: ${HUNDRED} answers in ${Math.round(performance.now() - begin)} ms`)
    assert.equal(scene.process.asked(), 1)
    assert.deepEqual(scene.calls(), ['GetSessionToken by alice', "AssumeRole by alice's session"])
  })

  test('a role with MFA, the first one is killed at its call: one of the others takes over', async () => {
    await using scene = await setMfaScene([0, 30])
    const { aws, process } = scene
    aws.faults.add({ action: 'AssumeRole', effect: 'hang' })
    const [first] = startAll(scene, 'guarded', 1)
    await aws.waitForCall(({ fault }) => fault === 'hang')
    const others = startAll(scene, 'guarded', HUNDRED - 1)
    await Promise.all(others.map(other => other.sees(/waiting for another aws-vault/)))
    assert.equal((await first?.kill('SIGKILL'))?.signal, 'SIGKILL')
    assertSame(await allEnded(others))
    assert.equal(process.asked(), 1)
    const answered = aws.calls.filter(({ result }) => result === 'ok').map(({ action }) => action)
    assert.deepEqual(answered, ['GetSessionToken', 'AssumeRole'])
    assert.equal(aws.calls.length, 3)
  })

  test('a credential_process: it runs once', async context => {
    await using scene = await setProcessScene(false)
    const begin = performance.now()
    assertSame(await allEnded(startAll(scene, 'c')))
    context.diagnostic(`a credential_process: ${HUNDRED} answers in ${Math.round(performance.now() - begin)} ms`)
    assert.equal(scene.ran(), 1)
  })

  test('a credential_process, the first one is killed while it runs: it runs once more', async () => {
    await using scene = await setProcessScene(true)
    const [first] = startAll(scene, 'c', 1)
    await first?.sees(/^running$/m)
    const others = startAll(scene, 'c', HUNDRED - 1)
    await Promise.all(others.map(other => other.sees(/waiting for another aws-vault/)))
    first?.child.kill('SIGKILL')
    assertSame(await allEnded(others))
    assert.equal(scene.ran(), 2)
    scene.sandbox.write('go', '')
    assert.equal((await first?.ended)?.signal, 'SIGKILL')
  })
})
