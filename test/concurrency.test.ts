/** Many at once: one question, one chain of calls, and the same session for all. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ended, Running } from './support/sandbox.ts'
import { ALICE_MFA, mfaProcess, roleArn, setScene } from './support/scene.ts'

/** A chain of two roles on keys with MFA, of which every call costs something. */
async function setChain(codesAt: readonly number[]) {
  const scene = await setScene({ config: '' })
  const { sandbox, aws } = scene
  const process = mfaProcess(
    sandbox,
    codesAt.map(seconds => aws.mfaCode(ALICE_MFA, aws.now() + seconds * 1000)),
  )
  sandbox.config(`[profile work]
region = eu-west-1
mfa_serial = ${ALICE_MFA}
mfa_process = ${process.command}

[profile admin]
source_profile = work
role_arn = ${roleArn('admin')}

[profile deploy]
source_profile = admin
role_arn = ${roleArn('deploy')}
`)
  const start = (): Running => sandbox.start(['exec', 'deploy', '--', 'sh', '-c', 'echo $AWS_SESSION_TOKEN'])
  return { ...scene, process, start, [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose]() }
}

const chain = ['GetSessionToken by alice', "AssumeRole by alice's session", "AssumeRole by admin's session"]

function assertSameSession(ended: readonly Ended[]): void {
  for (const { code, stderr } of ended) assert.equal(code, 0, stderr)
  const [first, ...others] = new Set(ended.map(({ stdout }) => stdout))
  assert.match(first ?? '', /^\S{50,}\n$/)
  assert.equal(others.length, 0)
}

test('ten at once, nothing cached: one MFA code, one chain of calls, one session', async () => {
  await using scene = await setChain([0, 30])
  assertSameSession(await Promise.all(Array.from({ length: 10 }, () => scene.start().ended)))
  assert.equal(scene.process.asked(), 1)
  assert.deepEqual(scene.calls(), chain)
})

for (const [call, asked] of [
  ['GetSessionToken', 2],
  ['AssumeRole', 1],
] as const) {
  test(`the one that is at it is killed in its ${call}: one of the others takes over`, async () => {
    await using scene = await setChain([0, 30])
    scene.aws.faults.add({ action: call, effect: 'hang' })
    const first = scene.start()
    await scene.aws.waitForCall(({ fault }) => fault === 'hang')
    const others = Array.from({ length: 9 }, scene.start)
    await Promise.all(others.map(other => other.sees(/waiting for another aws-vault/)))
    const { signal } = await first.kill('SIGKILL')
    assert.equal(signal, 'SIGKILL')
    assertSameSession(await Promise.all(others.map(({ ended }) => ended)))
    assert.equal(scene.process.asked(), asked)
    const answered = scene.aws.calls.filter(({ result }) => result === 'ok').map(({ action }) => action)
    assert.deepEqual(answered, ['GetSessionToken', 'AssumeRole', 'AssumeRole'])
    assert.equal(scene.aws.calls.length, 4)
  })
}

test('many profiles at once: nobody loses what another one stores', async () => {
  const names = Array.from({ length: 8 }, (_, index) => `p${index}`)
  const config = names.map(name => `[profile ${name}]\nregion = eu-west-1\n`).join('')
  await using scene = await setScene({ config, keys: [] })
  const { sandbox } = scene
  await Promise.all(names.map(name => sandbox.add(name)))
  await Promise.all(names.map(name => sandbox.ok(['exec', name, 'true'])))
  await Promise.all(names.map(name => sandbox.ok(['exec', name, 'true'])))
  assert.equal(scene.aws.calls.length, names.length)
  const { stdout } = await sandbox.ok(['list', '--credentials'])
  assert.equal(stdout, `${names.join('\n')}\n`)
})

test('many adds at once to a config without their profiles: all are there, each once', async () => {
  await using scene = await setScene({ config: '# mine\n', keys: [] })
  const names = Array.from({ length: 8 }, (_, index) => `p${index}`)
  await Promise.all([...names, ...names].map(name => scene.sandbox.add(name)))
  const lines = scene.sandbox.read('.aws/config').split('\n')
  assert.equal(lines[0], '# mine')
  assert.deepEqual(
    lines.filter(line => line.startsWith('[')).sort(),
    names.map(name => `[profile ${name}]`),
  )
})
