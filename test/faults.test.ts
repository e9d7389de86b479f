/** What goes wrong, and what a user sees of it: one sentence that names the thing, and the next step. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AWS_FAILURES, CONFIG_FAILURES, type Failure, VAULT_FAILURES } from './support/failures.ts'
import { ALICE_MFA, roleArn, setScene } from './support/scene.ts'

const work = '[profile work]\nregion = eu-west-1\n'

async function assertTold({ args = ['exec', 'work', 'true'], env, input, faults = [], prepare, ...failure }: Failure) {
  const { config = work, keys = ['work'], code, says, calls = 0 } = failure
  await using scene = await setScene({ config, keys })
  const { sandbox, aws } = scene
  aws.faults.add(...faults)
  await prepare?.(scene)
  const before = keys.length === 0 ? {} : sandbox.vaultFiles()
  const options = { ...(env && { env }), ...(input === undefined ? {} : { input }) }
  const { stdout, stderr } = await sandbox.fails(args, code, options)
  assert.match(stderr, says)
  assert.equal(stdout, '')
  assert.equal(aws.calls.length, calls)
  const codes = aws.calls.flatMap(({ parameters }) => parameters.TokenCode ?? [])
  assert.equal(new Set(codes).size, codes.length, 'an MFA code was sent twice')
  if (keys.length > 0) assert.deepEqual(sandbox.vaultFiles(), before, 'something was written')
  if (args[0] !== 'add') return
  const json = await sandbox.run([...args, '--json'], options)
  const { error } = JSON.parse(json.stdout)
  assert.match(error.code, /^ERR_[A-Z_]+$/)
  assert.ok(stderr.includes(error.message))
}

// Most of the time they wait: AWS does not answer, or the program does not ask again at once.
describe('faults', { concurrency: 6 }, () => {
  describe('what AWS never answers', { concurrency: 2 }, () => {
    test('ends by itself, with what was waited for', async () => {
      await using scene = await setScene({ config: work })
      scene.aws.faults.add({ effect: 'hang', times: 'always' })
      const { stderr } = await scene.sandbox.fails(['exec', 'work', 'true'])
      assert.match(stderr, /127\.0\.0\.1:\d+ did not answer GetSessionToken for profile "work" within 30 s/)
    })

    test('ends when it is interrupted', async () => {
      await using scene = await setScene({ config: work })
      scene.aws.faults.add({ effect: 'hang', times: 'always' })
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        scene.aws.clearCalls()
        const running = scene.sandbox.start(['exec', 'work', 'true'])
        await scene.aws.waitForCall(() => true)
        const ended = await running.kill(signal)
        assert.deepEqual(ended, { code: null, signal, stdout: '', stderr: '' })
      }
    })
  })

  for (const [title, failures] of [
    ['AWS and the network', AWS_FAILURES],
    ['profiles and settings that cannot be meant', CONFIG_FAILURES],
    ['the vault', VAULT_FAILURES],
  ] as const) {
    describe(title, { concurrency: 3 }, () => {
      for (const failure of failures) test(failure.name, () => assertTold(failure))
    })
  }

  describe('what heals by itself', { concurrency: 3 }, () => {
    for (const effect of ['cut', 'cut-after', 'cut-answer'] as const) {
      test(`a connection that is cut (${effect}): tried again, and nothing is said`, async () => {
        await using scene = await setScene({ config: work })
        scene.aws.faults.add({ effect })
        const { stderr } = await scene.sandbox.ok(['exec', 'work', 'true'])
        assert.deepEqual([stderr, scene.aws.calls.length], ['', 2])
      })
    }

    test('throttling: tried again, and after two seconds it is said', async () => {
      await using scene = await setScene({ config: work })
      scene.aws.faults.add({ effect: 'throttle' })
      assert.equal((await scene.sandbox.ok(['exec', 'work', 'true'])).stderr, '')
      scene.aws.clearCalls()
      scene.aws.faults.add({ effect: 'throttle', times: 2 })
      const { stderr } = await scene.sandbox.ok(['exec', '--refresh', 'work', 'true'])
      assert.equal(stderr, 'aws-vault: AWS is busy: trying GetSessionToken for profile "work" again\n')
      assert.equal(scene.aws.calls.length, 3)
    })

    test('a call with an MFA code is not repeated where AWS may have used the code up', async () => {
      await using scene = await setScene({ config: `${work}mfa_serial = ${ALICE_MFA}\n` })
      const { sandbox, aws } = scene
      aws.faults.add({ effect: 'cut-after' })
      const { stderr } = await sandbox.fails(['exec', '-t', aws.mfaCode(ALICE_MFA), 'work', 'true'])
      assert.match(stderr, /the connection was cut[\s\S]*next/)
      assert.equal(aws.calls.length, 1)
    })

    for (const [minutes, words] of [
      [10, 'behind'],
      [-10, 'ahead of'],
    ] as const) {
      test(`a clock that is ${Math.abs(minutes)} minutes ${words} AWS's: it works, and it is said by how much`, async () => {
        await using scene = await setScene({ config: work })
        scene.aws.setClock(() => Date.now() + minutes * 60_000)
        const { stderr } = await scene.sandbox.ok(['exec', 'work', 'true'])
        assert.match(stderr, new RegExp(`clock is 10 minutes ${words} AWS's`))
      })
    }

    test('a session that was revoked: a new one takes its place, and nobody is asked', async () => {
      const admin = `[profile admin]\nsource_profile = work\nrole_arn = ${roleArn('admin')}
[profile deploy]\nsource_profile = admin\nrole_arn = ${roleArn('deploy')}\n`
      for (const revoked of ['the session', 'the role'] as const) {
        await using scene = await setScene({ config: work + admin })
        const { sandbox, aws } = scene
        const accessKeyId = await sandbox.accessKeyIdUnder(['admin'])
        aws.revoke(revoked === 'the session' ? accessKeyId : 'admin')
        aws.clearCalls()
        await sandbox.ok(['exec', 'deploy', 'true'])
        assert.deepEqual(scene.calls().slice(1), ['AssumeRole by alice', "AssumeRole by admin's session"])
        assert.notEqual(await sandbox.accessKeyIdUnder(['admin']), accessKeyId)
      }
    })

    test('a session that has expired: a new one takes its place, and the old one is removed', async () => {
      await using scene = await setScene({ config: work })
      const { sandbox, aws } = scene
      await sandbox.ok(['exec', '-d', '15m', 'work', 'true'])
      const [session = ''] = Object.keys(sandbox.vaultFiles()).filter(name => name.includes(','))
      const { renameSync } = await import('node:fs')
      renameSync(`${sandbox.vault}/${session}`, `${sandbox.vault}/${session.replace(/\d+$/, '1700000000')}`)
      await sandbox.ok(['exec', '-d', '15m', 'work', 'true'])
      assert.equal(aws.calls.length, 2)
      assert.equal(Object.keys(sandbox.vaultFiles()).length, 2)
    })
  })

  describe('what is no fault', () => {
    test('no config file', async () => {
      await using scene = await setScene()
      const env = { AWS_CONFIG_FILE: scene.sandbox.path('not/there') }
      const program = await scene.sandbox.environmentUnder(['work'], { env })
      assert.equal(program.AWS_VAULT, 'work')
    })

    test('a config file with a byte order mark and CRLF', async () => {
      const config = `[profile admin]\nsource_profile = work\nrole_arn = ${roleArn('admin')}\nregion = us-east-1\n${work}`
      await using scene = await setScene({ config: `\ufeff${config.replaceAll('\n', '\r\n')}` })
      const program = await scene.sandbox.environmentUnder(['admin'])
      assert.equal(program.AWS_REGION, 'us-east-1')
      assert.equal(scene.aws.calls[0]?.parameters.RoleArn, roleArn('admin'))
    })

    test('5,000 profiles, and nearest names among them', async () => {
      const names = Array.from({ length: 5000 }, (_, index) => `team-${index}`)
      const config = names
        .map(name => `[profile ${name}]\nsource_profile = work\nrole_arn = ${roleArn('admin')}\n`)
        .join('')
      await using scene = await setScene({ config: config + work })
      const { sandbox } = scene
      assert.equal((await sandbox.ok(['list', '--profiles'])).stdout, `${[...names, 'work'].join('\n')}\n`)
      await sandbox.ok(['exec', 'team-4999', 'true'])
      assert.match((await sandbox.ok(['list'])).stdout, /^team-4999 +- +sts\.AssumeRole:59m$/m)
      assert.match((await sandbox.fails(['exec', 'taem-4999', 'true'])).stderr, /did you mean "team-4999"/)
      assert.equal((await sandbox.ok(['remove', 'work', '-f'])).stdout.split('\n')[1], 'Removed 1 session.')
    })
  })
})
