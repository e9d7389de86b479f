import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ALICE_MFA, roleArn, setScene } from '../support/scene.ts'
import { askServer, serve } from './support/serving.ts'

describe('exec with a server', () => {
  for (const kind of ['ecs', 'eks'] as const) {
    test(`${kind}: gives the credentials that AWS gave, with their true end, and nothing without the token`, async () => {
      await using scene = await setScene()
      await using served = await serve(scene.sandbox, ['work', '--expose', kind])
      const { status, body } = await askServer(served.environment)
      assert.equal(status, 200)
      const issued = scene.aws.calls[0]
      assert.equal(body.AccessKeyId, issued?.issued)
      assert.ok(Math.abs(Date.parse(body.Expiration ?? '') - (issued?.time ?? 0) - 3_600_000) <= 1000)
      assert.equal((await askServer(served.environment, { token: '' })).status, 403)
      assert.equal((await askServer(served.environment, { path: '/other' })).status, 404)
      assert.equal(scene.calls().length, 1)
    })
  }

  test('gives roles that the profile may assume, each made once and kept in the keyring', async () => {
    await using scene = await setScene()
    const path = `/role-arn/${roleArn('reader')}`
    for (const run of ['first', 'second']) {
      await using served = await serve(scene.sandbox, ['work', '--ecs-server', '--lazy'])
      const [one, other] = await Promise.all([
        askServer(served.environment, { path }),
        askServer(served.environment, { path }),
      ])
      assert.equal(one.status, 200, JSON.stringify(one.body))
      assert.deepEqual(one.body, other.body)
      assert.equal(one.body.RoleArn, roleArn('reader'))
      assert.deepEqual(scene.calls(), ['AssumeRole by alice'], run)
    }
  })

  test('--lazy: AWS is called when the program asks first', async () => {
    await using scene = await setScene()
    await using served = await serve(scene.sandbox, ['work', '--ecs-server', '--lazy'])
    assert.deepEqual(scene.calls(), [])
    await Promise.all(Array.from({ length: 20 }, () => askServer(served.environment)))
    assert.deepEqual(scene.calls(), ['GetSessionToken by alice'])
  })

  test('long-lived keys are not served', async () => {
    await using scene = await setScene()
    const { stderr } = await scene.sandbox.fails(['exec', 'work', '--ecs-server', '--no-session', '--', 'true'])
    assert.match(stderr, /have no end[\s\S]*hint: .*--no-session/)
  })

  test("the program's exit code and signals pass through, and the server ends with it", async () => {
    await using scene = await setScene()
    for (const code of [0, 3, 255]) {
      const ended = await scene.sandbox.run(['exec', 'work', '--ecs-server', '--', 'sh', '-c', `exit ${code}`])
      assert.deepEqual(ended, { code, signal: null, stdout: '', stderr: '' })
    }
    const { signal } = await scene.sandbox.run(['exec', 'work', '--ecs-server', '--', 'sh', '-c', 'kill -TERM $$'])
    assert.equal(signal, 'SIGTERM')
    const served = await serve(scene.sandbox, ['work', '--ecs-server'])
    await served[Symbol.asyncDispose]()
    await assert.rejects(askServer(served.environment), { code: 'ECONNREFUSED' })
  })

  test('where an MFA code is due and nobody can be asked, the answer says so, and stderr does once', async () => {
    await using scene = await setScene({ config: `[profile work]\nregion=eu-west-1\nmfa_serial=${ALICE_MFA}\n` })
    await using served = await serve(scene.sandbox, ['work', '--ecs-server', '--lazy'])
    for (let count = 0; count < 3; count++) {
      const { status, body } = await askServer(served.environment)
      assert.equal(status, 403)
      assert.equal(body.code, 'ERR_PROMPT_UNAVAILABLE')
      assert.ok(body.message?.includes(ALICE_MFA), body.message)
    }
    assert.equal(served.running.stderr.split('could not be renewed').length - 1, 1, served.running.stderr)
    assert.deepEqual(scene.calls(), [])
  })

  test('with a code, it works without a terminal, roles included, and the code is sent once', async () => {
    await using scene = await setScene({ config: `[profile work]\nregion=eu-west-1\nmfa_serial=${ALICE_MFA}\n` })
    const code = scene.aws.mfaCode(ALICE_MFA)
    await using served = await serve(scene.sandbox, ['work', '--ecs-server', '-t', code])
    assert.equal((await askServer(served.environment)).status, 200)
    const role = await askServer(served.environment, { path: `/role-arn/${roleArn('guarded')}` })
    assert.equal(role.status, 200, JSON.stringify(role.body))
    assert.deepEqual(scene.calls(), ['GetSessionToken by alice', "AssumeRole by alice's session"])
  })

  test('a role that AWS refuses, and a path that is no ARN, are said; the profile is served on', async () => {
    await using scene = await setScene()
    await using served = await serve(scene.sandbox, ['work', '--ecs-server'])
    const refused = await askServer(served.environment, { path: `/role-arn/${roleArn('guarded')}` })
    assert.notEqual(refused.status, 200)
    assert.match(refused.body.message ?? '', /guarded|refus|denied/i)
    const none = await askServer(served.environment, { path: '/role-arn/nonsense' })
    assert.deepEqual([none.status, none.body.code], [400, 'ERR_CONFIG_VALUE'])
    assert.equal((await askServer(served.environment)).status, 200)
  })

  test('--json and --expose are refused beside --ecs-server; --explain says the plan and serves nothing', async () => {
    await using scene = await setScene()
    for (const other of [['--json'], ['--expose', 'env']]) {
      await scene.sandbox.fails(['exec', 'work', '--ecs-server', ...other, '--', 'true'], 2)
    }
    const { stdout } = await scene.sandbox.ok(['exec', 'work', '--ecs-server', '--explain'])
    assert.match(stdout, /session/)
    assert.deepEqual(scene.calls(), [])
  })

  test('the port can be chosen, and one that is taken is named', async () => {
    await using scene = await setScene()
    await using served = await serve(scene.sandbox, ['work', '--ecs-server'])
    const { port } = new URL(served.environment.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '')
    const { stderr } = await scene.sandbox.fails(['exec', 'work', '--ecs-server', '--ecs-port', port, '--', 'true'])
    assert.match(stderr, new RegExp(`127.0.0.1:${port}: another program listens there`))
  })

  test('kill -9: nothing answers any more', async () => {
    await using scene = await setScene()
    const served = await serve(scene.sandbox, ['work', '--ecs-server'])
    await served.running.kill('SIGKILL')
    await assert.rejects(askServer(served.environment), { code: 'ECONNREFUSED' })
    await served[Symbol.asyncDispose]()
  })
})
