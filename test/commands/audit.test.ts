import assert from 'node:assert/strict'
import { appendFileSync, existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { withFileLock } from '../../src/locks/file-lock.ts'
import { roleArn, setScene } from '../support/scene.ts'

const config = `[profile work]
region = eu-west-1
[profile role]
source_profile = work
role_arn = ${roleArn('reader')}
role_session_name = alice-at-work
`

describe('the audit log', () => {
  it('has a line for each use, with no argument and no secret', async () => {
    await using scene = await setScene({ config })
    const { sandbox, aws } = scene
    sandbox.env.AWS_VAULT_AUDIT_LOG = sandbox.path('audit.jsonl')
    await sandbox.ok(['exec', 'work', '--', 'true', 'an-argument'])
    const { stdout } = await sandbox.ok(['export', 'role', '--format', 'json'])
    const text = sandbox.read('audit.jsonl')
    const [first, second, ...others] = text
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    assert.deepEqual(others, [])
    assert.deepEqual(
      [first.profile, first.plan, first.action, first.command, first.sessionName],
      ['work', ['stored-keys work', 'session-token work'], 'exec', 'true', null],
    )
    assert.deepEqual(
      [second.profile, second.plan, second.action, second.command, second.sessionName, second.keyId],
      [
        'role',
        ['stored-keys work', 'assume-role role'],
        'export',
        null,
        'alice-at-work',
        JSON.parse(stdout).AccessKeyId.slice(-4),
      ],
    )
    assert.equal(aws.calls.at(-1)?.parameters.RoleSessionName, 'alice-at-work')
    assert.doesNotMatch(text, /an-argument/)
    for (const secret of aws.secrets()) assert.ok(!text.includes(secret))
    assert.match((await sandbox.ok(['audit', '--verify'])).stdout, /audit\.jsonl: 2 entries, unchanged/)
    const shown = JSON.parse((await sandbox.ok(['audit', '--json'])).stdout)
    assert.equal(shown.entries.length, 2)
  })

  it('has a line for each of several at once', async () => {
    await using scene = await setScene({ config })
    const { sandbox } = scene
    sandbox.env.AWS_VAULT_AUDIT_LOG = 'true'
    await Promise.all(Array.from({ length: 6 }, () => sandbox.ok(['exec', 'work', '--', 'true'])))
    assert.match((await sandbox.ok(['audit', '--verify'])).stdout, /: 6 entries, unchanged/)
  })

  it('is written by one at a time: the next one waits, and says so', async () => {
    await using scene = await setScene({ config })
    const { sandbox } = scene
    const log = sandbox.path('audit.jsonl')
    sandbox.env.AWS_VAULT_AUDIT_LOG = log
    const locks = join(sandbox.environment().XDG_CACHE_HOME ?? join(sandbox.home, '.cache'), 'aws-vault', 'locks')
    const exec = await withFileLock(locks, `audit ${realpathSync(sandbox.home)}/audit.jsonl`, async () => {
      const running = sandbox.start(['exec', 'work', '--', 'true'])
      await running.sees(/waiting for another aws-vault, which writes to the audit log/)
      assert.equal(existsSync(log), false)
      return running
    })
    assert.equal((await exec.ended).code, 0)
    assert.match((await sandbox.ok(['audit', '--verify'])).stdout, /: 1 entries, unchanged/)
  })

  it('is one log, however its name is written', async () => {
    await using scene = await setScene({ config })
    const { sandbox } = scene
    mkdirSync(sandbox.path('logs'))
    symlinkSync(sandbox.path('logs'), sandbox.path('link'))
    const names = ['logs/a.jsonl', './logs//a.jsonl', sandbox.path('link/a.jsonl'), '~/logs/a.jsonl']
    for (const AWS_VAULT_AUDIT_LOG of names)
      await sandbox.ok(['exec', 'work', '--', 'true'], { env: { AWS_VAULT_AUDIT_LOG }, cwd: sandbox.home })
    symlinkSync(sandbox.path('logs/a.jsonl'), sandbox.path('file'))
    sandbox.env.AWS_VAULT_AUDIT_LOG = sandbox.path('file')
    assert.match((await sandbox.ok(['audit', '--verify'])).stdout, /: 4 entries, unchanged/)
  })

  it('is not gone on with once it was changed: nothing is handed out, and where is said', async () => {
    await using scene = await setScene({ config })
    const { sandbox } = scene
    const log = sandbox.path('audit.jsonl')
    sandbox.env.AWS_VAULT_AUDIT_LOG = log
    await sandbox.ok(['exec', 'work', '--', 'true'])
    appendFileSync(log, readFileSync(log))
    const refused = await sandbox.fails(['export', 'work'])
    assert.match(refused.stderr, /the audit log .* is not as it was left/)
    assert.equal(refused.stdout, '')
    assert.match(
      (await sandbox.fails(['audit', '--verify'])).stderr,
      /was changed: line 2: it was added by something else/,
    )
  })

  it('that cannot be written lets nothing be handed out', async () => {
    await using scene = await setScene({ config })
    const { sandbox } = scene
    mkdirSync(sandbox.path('audit.jsonl'))
    sandbox.env.AWS_VAULT_AUDIT_LOG = sandbox.path('audit.jsonl')
    for (const args of [
      ['export', 'work'],
      ['exec', 'work', '--', 'echo', 'ran'],
    ]) {
      const { stderr, stdout } = await sandbox.fails(args)
      assert.match(stderr, /the audit log .* cannot be written/)
      assert.equal(stdout, '')
    }
  })

  it('is off unless it was asked for', async () => {
    await using scene = await setScene({ config })
    assert.match((await scene.sandbox.fails(['audit'])).stderr, /no audit log is kept/)
  })
})
