import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ALICE_MFA, setScene } from '../support/scene.ts'
import { goodRequestOf } from './support/good-request.ts'
import { askServer, serve } from './support/serving.ts'

/** Asks as `askServer` does, by the metadata service. */
async function ask(environment: Readonly<Record<string, string>>) {
  const { url, header, token } = await goodRequestOf('ec2', environment)
  return askServer({ AWS_CONTAINER_CREDENTIALS_FULL_URI: url.href }, { token, header })
}

describe('exec with the EC2 server', () => {
  for (const flags of [['-s'], ['--server'], ['--ec2-server'], ['--expose', 'ec2']]) {
    test(`${flags.join(' ')}: serves what AWS gave, at the address that the variable names`, async () => {
      await using scene = await setScene()
      const env = { AWS_EC2_METADATA_DISABLED: 'true', AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: 'IPv6' }
      await using served = await serve(scene.sandbox, ['work', ...flags], { env })
      const { status, body } = await ask(served.environment)
      assert.equal(status, 200)
      assert.equal(body.AccessKeyId, scene.aws.calls[0]?.issued)
      const names = Object.keys(served.environment).filter(name => /^AWS_(?:EC2|CONTAINER|ACCESS|SE)/.test(name))
      assert.deepEqual(names, ['AWS_EC2_METADATA_SERVICE_ENDPOINT'])
      assert.match(served.environment.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? '', /^http:\/\/127\.0\.0\.1:\d+$/)
    })
  }

  test('--lazy: AWS is called when the credentials are asked for, not for a token', async () => {
    await using scene = await setScene()
    await using served = await serve(scene.sandbox, ['work', '-s', '--lazy'])
    await goodRequestOf('ec2', served.environment)
    assert.deepEqual(scene.calls(), [])
    assert.equal((await ask(served.environment)).status, 200)
    assert.deepEqual(scene.calls(), ['GetSessionToken by alice'])
  })

  test('where nobody can be asked for a code, the answer says so', async () => {
    await using scene = await setScene({ config: `[profile work]\nregion=eu-west-1\nmfa_serial=${ALICE_MFA}\n` })
    await using served = await serve(scene.sandbox, ['work', '-s', '--lazy'])
    const { status, body } = await ask(served.environment)
    assert.deepEqual([status, body.code], [403, 'ERR_PROMPT_UNAVAILABLE'])
  })

  test('one server at a time, no long-lived keys; the exit code passes through', async () => {
    await using scene = await setScene()
    for (const other of [['--json'], ['--expose', 'env'], ['--ecs-server']]) {
      await scene.sandbox.fails(['exec', 'work', '-s', ...other, '--', 'true'], 2)
    }
    const { stderr } = await scene.sandbox.fails(['exec', 'work', '-s', '--no-session', '--', 'true'])
    assert.match(stderr, /have no end/)
    assert.equal((await scene.sandbox.run(['exec', 'work', '-s', '--', 'sh', '-c', 'exit 7'])).code, 7)
  })
})
