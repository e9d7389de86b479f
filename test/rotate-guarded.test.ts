/** rotate under the guard (`vault_confirm`) and in the audit log. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertRotated, assertSafe, keysAtAws, setRotationScene } from './support/rotation-scene.ts'
import { KEYS } from './support/sandbox.ts'
import { ALICE_MFA, mfaProcess, roleArn, type Scene } from './support/scene.ts'
import { Terminal } from './support/terminal.ts'

const config = (guard: string, more = ''): string => `[profile work]
region = eu-west-1
vault_confirm = ${guard}
[profile role]
source_profile = work
role_arn = ${roleArn('reader')}
[profile twin]
region = eu-west-1
${more}`

/** What the log says, line by line. */
const logOf = ({ sandbox }: Scene): { action: string; profile: string; plan: string[]; keyId: string }[] =>
  sandbox
    .read('audit.jsonl')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))

describe('rotate of a guarded profile', { skip: process.platform === 'win32' && 'needs a terminal' }, () => {
  for (const guard of ['always', 'session']) {
    for (const profile of ['work', 'role', 'twin', '--all']) {
      it(`changes nothing where nobody can be asked: ${profile}, ${guard}`, async () => {
        await using at = await setRotationScene({ config: config(guard), keys: ['work', 'twin'] })
        const { stderr } = await at.sandbox.fails(['rotate', profile, '--delete-oldest'])
        assert.match(stderr, /is guarded \(vault_confirm\), and nobody can be asked/)
        assert.deepEqual(at.calls(), [])
        assert.equal(await assertSafe(at), KEYS.accessKeyId)
      })
    }
  }

  it('asks each time, also with session, and takes no for an answer', async () => {
    await using at = await setRotationScene({ config: config('session') })
    const question =
      /Hand out credentials of profile "work" to aws-vault rotate, which replaces its key( \(asked for by [^)]+\))?\? \(y\|N\) $/
    for (const answer of ['n', 'y', 'y']) {
      const before = await assertSafe(at)
      using terminal = new Terminal(at.sandbox, ['rotate', 'work'])
      await terminal.answer(question, `${answer}\r`)
      assert.equal((await terminal.ended).code, answer === 'y' ? 0 : 1)
      assert.equal((await assertRotated(at)) === before, answer === 'n')
    }
  })

  it('is not asked where it is free', async () => {
    await using at = await setRotationScene({ config: config('never') })
    await at.sandbox.ok(['rotate', 'work'])
    await assertRotated(at)
  })
})

describe('rotate in the audit log', () => {
  it('has a line with the key that is replaced, and one for its session with MFA', async () => {
    await using at = await setRotationScene()
    const { command } = mfaProcess(at.sandbox, [at.aws.mfaCode(ALICE_MFA)])
    at.sandbox.env.AWS_VAULT_AUDIT_LOG = at.sandbox.path('audit.jsonl')
    await at.sandbox.ok(['rotate', 'work'])
    const id = await assertRotated(at)
    at.sandbox.config(config('never').replace('vault_', `mfa_serial = ${ALICE_MFA}\nmfa_process = ${command}\nvault_`))
    await at.sandbox.ok(['rotate', 'work'])
    assert.deepEqual(
      logOf(at)
        .map(({ action, profile, plan, keyId }) => [action, profile, plan, keyId])
        .slice(0, 2),
      [
        ['rotate', 'work', ['stored-keys work'], KEYS.accessKeyId.slice(-4)],
        ['rotate', 'work', ['stored-keys work'], id.slice(-4)],
      ],
    )
    assert.deepEqual(logOf(at)[2]?.plan, ['stored-keys work', 'session-token work'])
    assert.equal(logOf(at).length, 3)
    assert.match((await at.sandbox.ok(['audit', '--verify'])).stdout, /3 entries, unchanged/)
  })

  it('comes first: what cannot be written down is not done', async () => {
    await using at = await setRotationScene()
    at.sandbox.env.AWS_VAULT_AUDIT_LOG = at.sandbox.path('no-directory')
    at.sandbox.write('no-directory/x', '')
    const { stderr } = await at.sandbox.fails(['rotate', 'work'])
    assert.match(stderr, /the audit log .* cannot be written/)
    assert.deepEqual(at.calls(), [])
    assert.deepEqual(keysAtAws(at), [{ id: KEYS.accessKeyId, active: true }])
  })
})
