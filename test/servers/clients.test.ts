/** SDKs and the CLI that others wrote, as clients of our servers: docs/servers.md has the table. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { Credentials, Exposure } from '@aws-vault/plugin-sdk'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import ecs from '../../plugins/exposure-ecs/src/index.ts'
import eks from '../../plugins/exposure-eks/src/index.ts'
import { roleArn, setScene } from '../support/scene.ts'

const python = process.env.AWS_VAULT_TEST_PYTHON
const noPython = 'needs a Python with boto3 and awscli: set AWS_VAULT_TEST_PYTHON'
if (python === undefined && process.env.CI === 'true') throw new Error(noPython)
const aws = python === undefined ? '' : join(dirname(python), 'aws')
const noCli = 'needs awscli beside the Python of AWS_VAULT_TEST_PYTHON: test/requirements.txt'
if (process.env.CI === 'true' && !existsSync(aws)) throw new Error(noCli)

const exposures: readonly [name: string, exposure: Exposure][] = [
  ['ecs', ecs],
  ['eks', eks],
]
const clients = join(import.meta.dirname, 'clients')
const javascript = [process.execPath, '--conditions=@aws-vault/source', join(clients, 'javascript-client.ts')]
const boto3 = [python ?? '', join(clients, 'boto3_client.py')]

/** A program that answers a line with a line. */
class Asked implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>
  #stderr = ''

  constructor([command = '', ...args]: readonly string[], environment: Readonly<Record<string, string>>) {
    // Nothing but ours: no file of the user, no other place where credentials may be found.
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: '/nonexistent',
      AWS_EC2_METADATA_DISABLED: 'true',
      ...environment,
    }
    this.#child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
    })
    this.#lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]()
  }

  async ask(): Promise<string> {
    this.#child.stdin?.write('\n')
    const { value, done } = await this.#lines.next()
    if (done) assert.fail(`the client ended: ${this.#stderr.slice(-2000)}`)
    return value
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.stdin?.end()
    await ended
  }
}

describe('long-lived clients get credentials, and renewed ones when those are about to end', () => {
  for (const [name, exposure] of exposures) {
    for (const [client, command, skip] of [
      ['the AWS SDK for JavaScript v3', javascript, false],
      ['boto3', boto3, python === undefined ? noPython : false],
    ] as const) {
      test(`${client} from ${name}`, { skip }, async () => {
        const home = mkdtempSync(join(tmpdir(), 'aws-vault-clients-'))
        const issue = (id: string, seconds: number): Credentials => ({
          accessKeyId: id,
          secretAccessKey: 's',
          sessionToken: 't',
          expiration: new Date(Date.now() + seconds * 1000),
        })
        let current: Credentials | undefined = issue('ASIAFIRST', 3600)
        let asked = 0
        const source = {
          profile: 'work',
          current: () => Promise.reject(new Error('they are at hand')),
          ready: () => {
            asked++
            current ??= issue('ASIASECOND', 3)
            return current
          },
        }
        const exposed = await exposure.expose(source, testContext({ homeDirectory: home }))
        try {
          {
            await using program = new Asked(command, exposed.environment)
            assert.match(await program.ask(), / ASIAFIRST$/)
            assert.match(await program.ask(), / ASIAFIRST$/)
            assert.equal(asked, 1, 'what lives for an hour is kept')
          }
          // They begin to live when they are asked for: a client may take its time to start.
          current = undefined
          await using program = new Asked(command, exposed.environment)
          assert.match(await program.ask(), / ASIASECOND$/)
          const end = (current as Credentials | undefined)?.expiration?.getTime() ?? 0
          current = issue('ASIATHIRD', 3600)
          // Some renew in the background and go on with the old ones meanwhile; at their end at the latest they have others.
          let answer = await program.ask()
          while (answer.endsWith(' ASIASECOND') && Date.now() < end) {
            await setTimeout(50)
            answer = await program.ask()
          }
          assert.match(answer, / ASIATHIRD$/, 'what ends is asked for again')
        } finally {
          await exposed.close?.()
          rmSync(home, { recursive: true })
        }
      })
    }
  }
})

describe('under exec, calls are signed with what the server gives', () => {
  for (const [name] of exposures) {
    const programs: readonly [string, readonly string[], string | false][] = [
      [
        'the AWS SDK for JavaScript v3',
        [process.execPath, '--conditions=@aws-vault/source', join(import.meta.dirname, '../support/who-am-i.ts')],
        false,
      ],
      [
        'boto3',
        [python ?? '', '-c', 'import boto3; print(boto3.client("sts").get_caller_identity()["Arn"])'],
        python === undefined ? noPython : false,
      ],
      [
        'the AWS CLI',
        [aws, 'sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text'],
        existsSync(aws) ? false : noCli,
      ],
    ]
    for (const [client, program, skip] of programs) {
      test(`${client} by ${name}`, { skip }, async () => {
        const config = `[profile work]\nregion=eu-west-1\n[profile admin]\nsource_profile=work\nrole_arn=${roleArn('admin')}\n`
        await using scene = await setScene({ config })
        const { stdout } = await scene.sandbox.ok([
          'exec',
          'admin',
          '--region',
          'eu-west-1',
          '--expose',
          name,
          '--',
          ...program,
        ])
        assert.match(stdout, /assumed-role\/admin\//)
      })
    }
  }

  test('the AWS CLI says what our answer says when there are no credentials', {
    skip: existsSync(aws) ? false : noCli,
  }, async () => {
    const refused = { profile: 'work', current: () => Promise.reject(new Error('inner')) }
    const exposed = await ecs.expose(refused, testContext())
    const env = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', ...exposed.environment, AWS_REGION: 'eu-west-1' }
    const child = spawn(aws, ['sts', 'get-caller-identity'], { env })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', text => {
      said += text
    })
    await once(child, 'close')
    await exposed.close?.()
    assert.match(said, /could not be renewed/)
  })
})

test('the clients are the ones that docs/servers.md names', { skip: existsSync(aws) ? false : noCli }, context => {
  context.diagnostic(spawnSync(aws, ['--version'], { encoding: 'utf8' }).stdout.trim())
})
