/** SDKs that get their credentials from us, by `credential_process`, and renew them when they have expired. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import type { LocalAws } from './local-aws/index.ts'
import { RUN, type Sandbox } from './support/sandbox.ts'
import { ACCOUNT, roleArn, setScene } from './support/scene.ts'

const clients = join(import.meta.dirname, 'support', 'clients')
const python = process.env.AWS_VAULT_TEST_PYTHON
const why = 'needs a Python with boto3 and awscli: set AWS_VAULT_TEST_PYTHON'
if (python === undefined && process.env.CI === 'true') throw new Error(why)

const config = `[profile work]
region = eu-west-1
[profile admin]
region = eu-west-1
source_profile = work
role_arn = ${roleArn('admin')}
role_session_name = me
[profile app]
region = eu-west-1
credential_process = "${process.execPath}" "${RUN}" export --format json admin
`

/** Milliseconds after which what lives for an hour has expired. */
const LATER = 61 * 60_000

/** A client's environment: the profile, where AWS is, and a clock that it and all that it starts go by. */
const environmentOf = (sandbox: Sandbox, aws: LocalAws, clock: string): NodeJS.ProcessEnv =>
  sandbox.environment({
    AWS_PROFILE: 'app',
    AWS_ENDPOINT_URL: aws.url,
    CLOCK: clock,
    PYTHONDONTWRITEBYTECODE: '1',
    NODE_OPTIONS: `--require ${join(clients, 'shift-clock.cjs')}`,
  })

for (const [name, command, skip] of [
  ['the AWS SDK for JavaScript', [process.execPath, join(clients, 'who-am-i.ts')], false],
  ['boto3', [python ?? '', join(clients, 'who_am_i.py')], python === undefined ? why : false],
] as const) {
  describe(name, { skip }, () => {
    test('renews what it has from us when it has expired, and only then', async () => {
      await using scene = await setScene({ config })
      const { sandbox, aws } = scene
      const clock = sandbox.write('clock', '0')
      const env = environmentOf(sandbox, aws, clock)
      const [file = '', ...args] = command
      const program = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'inherit'], cwd: sandbox.home })
      const ended = once(program, 'close')
      const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]()
      const whoAmI = async (): Promise<void> => {
        program.stdin.write('\n')
        const { value } = await lines.next()
        assert.equal(value, `arn:aws:sts::${ACCOUNT}:assumed-role/admin/me`)
      }
      try {
        await whoAmI()
        await whoAmI()
        sandbox.write('clock', String(LATER))
        aws.setClock(() => Date.now() + LATER)
        await whoAmI()
        await whoAmI()
      } finally {
        program.stdin.end()
      }
      assert.deepEqual(await ended, [0, null])

      assertRenewed(aws)
    })
  })
}

describe('the AWS CLI', { skip: python === undefined ? why : false }, () => {
  test('gets from us what is kept as long as that lives, and what is new after', async () => {
    await using scene = await setScene({ config })
    const { sandbox, aws } = scene
    const clock = sandbox.write('clock', '0')
    const env = environmentOf(sandbox, aws, clock)
    const whoAmI = async (): Promise<void> => {
      const words = ['sts', 'get-caller-identity', '--output', 'text', '--query', 'Arn']
      const { stdout } = await promisify(execFile)(python ?? '', [join(clients, 'aws.py'), ...words], { env })
      assert.equal(stdout, `arn:aws:sts::${ACCOUNT}:assumed-role/admin/me\n`)
    }
    await whoAmI()
    await whoAmI()
    sandbox.write('clock', String(LATER))
    aws.setClock(() => Date.now() + LATER)
    await whoAmI()
    await whoAmI()
    assertRenewed(aws)
  })
})

/** Two calls to STS for credentials, the second one after the first one's had expired, and two programs' calls by each. */
function assertRenewed(aws: LocalAws): void {
  const asked = ({ action }: { action: string }): boolean => action === 'GetCallerIdentity'
  const [first, second] = aws.calls.filter(call => !asked(call)).map(({ action, issued }) => [action, issued])
  assert.deepEqual([first?.[0], second?.[0]], ['AssumeRole', 'AssumeRole'])
  assert.deepEqual(
    aws.calls.filter(asked).map(({ accessKeyId, result }) => [accessKeyId, result]),
    [first, first, second, second].map(made => [made?.[1], 'ok']),
  )
  assert.equal(aws.calls.length, 6)
}
