import assert from 'node:assert/strict'
import type { HttpOptions, OptionValue } from '../context.ts'
import type { Credentials } from '../credentials.ts'
import { isVaultError } from '../errors.ts'
import type { CredentialProvider, CredentialStep, StepInput } from '../provider.ts'
import { type TestContext, testContext } from './context.ts'
import { type Case, type Deviation, runCases } from './deviations.ts'
import { assertNoSecret, secretsOf, shownBy } from './secrets.ts'

/** A call of the provider. */
export interface ProviderCall {
  readonly name: string
  readonly step: CredentialStep
  /** A function where it must be fresh, such as an MFA code. Each call is made once. */
  readonly input?: StepInput | (() => StepInput | Promise<StepInput>)
}

/** A call that gives credentials. */
export interface ProviderSuccess extends ProviderCall {
  /** Whether a session token may come without an expiration; it may not if absent. */
  readonly endless?: boolean
  /** Looks at the credentials, and at whatever else the test can see. */
  expect?(credentials: Credentials): void | Promise<void>
}

/** A call that fails. */
export interface ProviderFailure extends ProviderCall {
  /** The code of its error. */
  readonly code: string
}

/** A call that nobody answers. */
export interface ProviderHang extends ProviderCall {
  /** Resolves when the call has begun to hang, e.g. when the server has received it. */
  begun(): Promise<unknown>
}

/** A provider and what its suite needs. */
export interface ProviderSuite {
  readonly name: string
  readonly provider: CredentialProvider
  readonly options?: Readonly<Record<string, OptionValue>>
  readonly http?: HttpOptions
  /** The time that the provider is told, in milliseconds since 1970; the true one if absent. */
  readonly now?: number
  /** Secrets in play beside those of the inputs and of the credentials that come out. */
  readonly secrets?: readonly string[]
  readonly succeeds: readonly ProviderSuccess[]
  readonly fails?: readonly ProviderFailure[]
  readonly hangs?: readonly ProviderHang[]
  readonly deviations?: readonly Deviation[]
}

/**
 * The conformance suite for credential providers: one case for each call given.
 *
 * @example
 * ```ts
 * import { testProvider } from '@aws-vault/plugin-sdk/testkit'
 *
 * const step = { provider: 'fixed', profile: 'dev', parameters: {} }
 * testProvider({
 *   name: 'fixed',
 *   provider: { resolve: async () => ({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'example' }) },
 *   succeeds: [{ name: 'gives the fixed key', step }],
 * })
 * ```
 */
export function testProvider({ name, provider, deviations = [], ...suite }: ProviderSuite): void {
  const cases = [
    ...suite.succeeds.map(call => successCase(provider, call)),
    ...(suite.fails ?? []).map(call => failureCase(provider, call)),
    ...(suite.hangs ?? []).map(call => hangCase(provider, call)),
  ]
  runCases(`provider ${name}`, cases, deviations, async () => new Fixture(suite))
}

class Fixture implements AsyncDisposable {
  readonly context: TestContext
  readonly #aborter = new AbortController()
  readonly #secrets: readonly string[]

  constructor({ options = {}, http = {}, now = Date.now(), secrets = [] }: Partial<ProviderSuite>) {
    this.context = testContext({ options, http, now, signal: this.#aborter.signal })
    this.#secrets = secrets
  }

  abort(): void {
    this.#aborter.abort(new Error('interrupted'))
  }

  assertNoSecret(texts: readonly string[], where: string, input: StepInput, credentials?: Credentials): void {
    const code = input.mfaCode === undefined ? [] : [input.mfaCode]
    assertNoSecret([...this.#secrets, ...code, ...secretsOf(input.source), ...secretsOf(credentials)], texts, where)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abort()
  }
}

function successCase(provider: CredentialProvider, call: ProviderSuccess): Case<Fixture> {
  return {
    name: call.name,
    async run(fixture) {
      const { context } = fixture
      const input = await inputOf(call)
      const credentials = await provider.resolve(call.step, input, context)
      assertShape(credentials, context.clock.now(), call.endless ?? false)
      fixture.assertNoSecret(context.logged, 'the log', input, credentials)
      assert.deepEqual(context.questions, [], 'it asked, which is up to the caller')
      await call.expect?.(credentials)
    },
  }
}

function failureCase(provider: CredentialProvider, call: ProviderFailure): Case<Fixture> {
  return {
    name: call.name,
    async run(fixture) {
      const input = await inputOf(call)
      const error = await rejection(provider.resolve(call.step, input, fixture.context))
      fixture.assertNoSecret([shownBy(error)], 'the error', input)
      fixture.assertNoSecret(fixture.context.logged, 'the log', input)
      assert.ok(isVaultError(error), `not a VaultError: ${error}`)
      assert.equal(error.code, call.code, error.message)
      assert.match(error.code, /^ERR(_[A-Z]+){2,}$/)
      assert.match(error.message, /^[^\n]*[^\n.]$/, 'the message is one line without a full stop')
    },
  }
}

function hangCase(provider: CredentialProvider, call: ProviderHang): Case<Fixture> {
  return {
    name: call.name,
    async run(fixture) {
      const input = await inputOf(call)
      const failed = rejection(provider.resolve(call.step, input, fixture.context))
      await call.begun()
      fixture.abort()
      fixture.assertNoSecret([shownBy(await failed)], 'the error', input)
    },
  }
}

async function inputOf({ input = {} }: ProviderCall): Promise<StepInput> {
  return typeof input === 'function' ? await input() : input
}

function assertShape(credentials: Credentials, now: number, endless: boolean): void {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials
  assert.match(accessKeyId, /^\w+$/, 'accessKeyId')
  assert.ok(typeof secretAccessKey === 'string' && secretAccessKey !== '', 'secretAccessKey is empty')
  assert.notEqual(sessionToken, '', 'sessionToken is empty; long-lived keys have none')
  if (expiration !== undefined) {
    assert.ok(expiration.getTime() > now, `expiration is in the past: ${expiration}`)
  } else if (!endless) {
    assert.equal(sessionToken, undefined, 'a session token has an expiration')
  }
}

/** What `promise` rejects with. */
async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    () => ({ rejected: false as const }),
    (error: unknown) => ({ rejected: true as const, error }),
  )
  assert.ok(outcome.rejected, 'it gave credentials where it should have failed')
  return outcome.error
}
