import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OptionValue } from '../context.ts'
import type { Credentials } from '../credentials.ts'
import type { Exposed, Exposure } from '../exposure.ts'
import { type TestContext, testContext } from './context.ts'
import { type Case, type Deviation, runCases } from './deviations.ts'
import { assertNoSecret, secretsOf } from './secrets.ts'

/** An exposure and what its suite needs. */
export interface ExposureSuite {
  readonly name: string
  readonly exposure: Exposure
  readonly options?: Readonly<Record<string, OptionValue>>
  readonly deviations?: readonly Deviation[]
}

const longLived: Credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}

const temporary: Credentials = {
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  secretAccessKey: "je7MtGbClwBF/2Zp9Utk/h3yCo8nvb'$(EXAMPLE) KEY",
  sessionToken: 'IQoJb3JpZ2luX2VjEXAMPLE//////////token+of+a/session==',
  expiration: new Date('2100-01-01T00:00:00Z'),
}

const sessionVariables = ['AWS_SESSION_TOKEN', 'AWS_SECURITY_TOKEN', 'AWS_CREDENTIAL_EXPIRATION']

/**
 * The conformance suite for exposures.
 *
 * @example
 * ```ts
 * import { testExposure } from '@aws-vault/plugin-sdk/testkit'
 * import exposure from '../src/index.ts'
 *
 * testExposure({ name: 'env', exposure })
 * ```
 */
export function testExposure({ name, exposure, options = {}, deviations = [] }: ExposureSuite): void {
  runCases(`exposure ${name}`, cases, deviations, async () => new Fixture(exposure, options))
}

class Fixture implements AsyncDisposable {
  readonly context: TestContext
  readonly #exposure: Exposure
  readonly #directory = mkdtempSync(join(tmpdir(), 'aws-vault-exposure-'))
  readonly #open: Exposed[] = []

  constructor(exposure: Exposure, options: Readonly<Record<string, OptionValue>>) {
    this.#exposure = exposure
    this.context = testContext({ options, runtimeDirectory: this.#directory })
  }

  async expose(credentials: Credentials, region?: string): Promise<Exposed> {
    const source = { profile: 'dev', ...(region === undefined ? {} : { region }), current: async () => credentials }
    const exposed = await this.#exposure.expose(source, this.context)
    this.#open.push(exposed)
    return exposed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const exposed of this.#open) await exposed.close?.()
    rmSync(this.#directory, { recursive: true })
  }
}

const cases: readonly Case<Fixture>[] = [
  {
    name: 'gives an environment of names and texts',
    async run(fixture) {
      for (const credentials of [temporary, longLived]) {
        const { environment } = await fixture.expose(credentials, 'eu-central-1')
        assert.notDeepEqual(Object.keys(environment), [])
        for (const [name, value] of Object.entries(environment)) {
          assert.match(name, /^[A-Za-z_][A-Za-z0-9_]*$/)
          assert.equal(typeof value, 'string', name)
          assert.equal(value.includes('\0'), false, `${name} has a NUL character`)
        }
      }
    },
  },
  {
    name: 'gives an environment that a program sees as it is',
    async run(fixture) {
      const { environment } = await fixture.expose(temporary, 'eu-central-1')
      assertSeen(environment)
    },
  },
  {
    name: 'gives long-lived keys no variable of a session',
    async run(fixture) {
      const { environment } = await fixture.expose(longLived)
      assert.deepEqual(
        Object.keys(environment).filter(name => sessionVariables.includes(name)),
        [],
      )
    },
  },
  {
    name: 'leaves nothing of earlier credentials behind',
    async run(fixture) {
      const before = await fixture.expose(temporary)
      await before.close?.()
      const { environment } = await fixture.expose(longLived)
      assertNoSecret(secretsOf(temporary), Object.values(environment), 'the environment of other credentials')
    },
  },
  {
    name: 'serves two sets of credentials at once',
    async run(fixture) {
      const [one, other] = await Promise.all([fixture.expose(temporary), fixture.expose(longLived)])
      assert.notDeepEqual(one.environment, other.environment)
    },
  },
  {
    name: 'may be closed twice',
    async run(fixture) {
      const exposed = await fixture.expose(temporary)
      await exposed.close?.()
      await exposed.close?.()
    },
  },
  {
    name: 'logs no secret',
    async run(fixture) {
      for (const credentials of [temporary, longLived]) await fixture.expose(credentials, 'eu-central-1')
      assertNoSecret([...secretsOf(temporary), ...secretsOf(longLived)], fixture.context.logged, 'the log')
    },
  },
  {
    name: 'asks nothing',
    async run(fixture) {
      await fixture.expose(temporary)
      assert.deepEqual(fixture.context.questions, [])
    },
  },
]

function assertSeen(environment: Readonly<Record<string, string>>): void {
  const script = 'process.stdout.write(JSON.stringify(process.env))'
  // Windows starts no program without its SystemRoot.
  const { SystemRoot } = process.env
  const env = { ...(SystemRoot === undefined ? {} : { SystemRoot }), ...environment }
  const child = spawnSync(process.execPath, ['-e', script], { env, encoding: 'utf8' })
  assert.equal(child.status, 0, child.stderr)
  const seen = JSON.parse(child.stdout) as Record<string, string>
  for (const [name, value] of Object.entries(environment)) assert.equal(seen[name], value, name)
}
