/**
 * What the Go tool was measured to ask of STS, case by case, against what we ask. (Cases about commands, programs and
 * other sources are run end to end, in go-tool-commands.test.ts.) Every difference is listed here, with the
 * words of docs/differences.md that say why; one that is not listed fails, and so does one that is there no more.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { CredentialProvider, CredentialStep, Credentials } from '@aws-vault/plugin-sdk'
import {
  isVaultError,
  MfaRefusedError,
  PromptUnavailableError,
  SourceExpiredError,
  VaultError,
} from '@aws-vault/plugin-sdk'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import { parseConfig } from '../src/aws-config/read-config.ts'
import { MfaCodes } from '../src/credentials/mfa-codes.ts'
import { runMfaProcess } from '../src/credentials/mfa-process.ts'
import { plan } from '../src/credentials/plan.ts'
import { resolve } from '../src/credentials/resolve.ts'
import { minimumSeconds, readWishes } from '../src/credentials/wishes.ts'
import { CredentialStore } from '../src/vault/credential-store.ts'
import { SessionCache } from '../src/vault/session-cache.ts'
import { MemoryKeyring } from './support/memory-keyring.ts'

interface Seen {
  /** `AssumeRole One by GetSessionToken, 3600s, us-west-2, code of alice`. */
  readonly calls: readonly string[]
  readonly end: 'given' | 'refused' | 'endless'
  /** Types and profiles of the sessions in the vault afterwards: `sts.AssumeRole admin`. */
  readonly kept: readonly string[]
  /** What the program is told, '' for none; absent where none ran. */
  readonly region?: string
}
interface Run {
  readonly argv: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** What the person at the terminal types; nobody is there if absent. */
  readonly typed?: string
}
interface Answer {
  readonly action?: string
  readonly nth?: number
  readonly do: 'error' | 'answer'
  readonly code?: string
  /** Seconds. */
  readonly lifetime?: number
}
interface Case {
  readonly id: string
  readonly title: string
  readonly config: string | null
  readonly stored: Readonly<Record<string, string>>
  readonly runs: readonly Run[]
  readonly aws?: readonly Answer[]
  readonly av99: readonly Seen[]
  readonly avbn?: readonly Seen[]
}
interface Difference {
  /** Which of the builds does otherwise; both if absent. */
  readonly from?: 'av99' | 'avbn'
  /** `calls` if absent. */
  readonly fields?: readonly (keyof Seen)[]
  /** Words of docs/differences.md. */
  readonly reason: string
}

const root = join(import.meta.dirname, '..')
const { cases } = JSON.parse(readFileSync(join(root, 'test/fixtures/go-tool-cases.json'), 'utf8')) as { cases: Case[] }
const documented = readFileSync(join(root, 'docs/differences.md'), 'utf8')

const always = 'role credentials are cached only with MFA'
const ofTarget = 'of the credentials that come out'
const refusedWithPlace = 'refused, with its place'
const onceInDefault = 'a role in `[default]` is assumed twice'

const ALL = ['calls', 'end', 'kept', 'region'] as const
const OUTCOME = ['calls', 'end', 'region'] as const

const DIFFERENCES: Readonly<Record<string, readonly Difference[]>> = {
  'bn-duration-env': [{ from: 'av99', reason: 'one of the two builds reads `AWS_VAULT_DURATION`' }],
  'chain-2-duration-flag': [{ reason: ofTarget }],
  'chain-3': [{ reason: always }],
  'chain-regions': [{ reason: always }],
  'default-section-inherits-role-to-source': [{ fields: ['calls', 'kept'], reason: onceInDefault }],
  'dur-chain2-mfa-30m': [{ reason: ofTarget }],
  'dur-chain2-mfa-4h': [
    { from: 'av99', fields: ['calls', 'kept'], reason: 'the same code is sent for two roles of a chain' },
    { from: 'avbn', reason: ofTarget },
  ],
  'dur-chain2-mfa-ds-first': [
    { from: 'av99', reason: 'the same code is sent for two roles of a chain' },
    { from: 'avbn', fields: ['calls', 'kept'], reason: 'one build cuts the first role of a chain to an hour' },
  ],
  'dur-chained-30m': [{ from: 'avbn', reason: ofTarget }],
  'fail-role-expired-source': [{ fields: OUTCOME, reason: 'is dropped and made anew, once' }],
  'keys-duration-too-short': [{ fields: ALL, reason: refusedWithPlace }],
  'keys-mfa-empty': [{ fields: ALL, reason: 'what is typed for an MFA code is sent, an empty line too' }],
  'keys-mfa-process-semicolon': [
    { from: 'av99', fields: ALL, reason: 'begin a comment anywhere (one of the two builds)' },
  ],
  'mfa-process-on-source': [
    { from: 'av99', fields: OUTCOME, reason: 'one build looks for `mfa_process` in the profile of the role alone' },
  ],
  'role-duration-junk': [{ fields: OUTCOME, reason: refusedWithPlace }],
  'role-in-default': [
    { from: 'av99', fields: ALL, reason: onceInDefault },
    { from: 'avbn', fields: ['calls', 'kept'], reason: onceInDefault },
  ],
  'role-mfa-default': [{ reason: always }],
  'role-mfa-same-ds3600': [{ reason: always }],
  'role-own-creds': [{ reason: always }],
  'source-loop-2': [{ fields: ['end'], reason: 'are refused, with the loop' }],
  'webid-env': [{ fields: ALL, reason: 'is the source of the named profile if that has no other one' }],
}

/** An AWS that gives what it is asked for, or what the case says. */
class Sts {
  calls: string[] = []
  #count: Record<string, number> = {}
  /** By access key id: what the credentials were made by. */
  readonly #made = new Map<string, string>()
  readonly #answers: readonly Answer[]
  readonly #now: () => number

  constructor(answers: readonly Answer[], now: () => number) {
    this.#answers = answers
    this.#now = now
  }

  provider(action: string): CredentialProvider {
    return { resolve: async (step, { source }) => this.#call(action, step, source) }
  }

  #call(
    action: string,
    { parameters, region = 'us-east-1', durationSeconds, mfaSerial, profile }: CredentialStep,
    source?: Credentials,
  ): Credentials {
    const role = String(parameters.roleArn ?? '').replace(/.*\//, '')
    const name = role === '' ? action : `${action} ${role}`
    const signer = source?.accessKeyId ?? 'nobody'
    const code = mfaSerial === undefined ? '' : `, code of ${mfaSerial.replace(/.*\//, '')}`
    this.calls.push(`${name} by ${this.#made.get(signer) ?? signer}, ${durationSeconds}s, ${region}${code}`)
    const nth = (this.#count[action] ?? 0) + 1
    this.#count[action] = nth
    const answer = this.#answers.find(it => (it.action ?? action) === action && (it.nth ?? nth) === nth)
    if (answer?.do === 'error') throw errorOf(answer.code, profile)
    const accessKeyId = `ASIA${this.#made.size}`
    this.#made.set(accessKeyId, name)
    const lifetime = answer?.lifetime ?? durationSeconds ?? 3600
    return { accessKeyId, secretAccessKey: 's', sessionToken: 't', expiration: new Date(this.#now() + lifetime * 1000) }
  }
}

function errorOf(code: string | undefined, profile: string): Error {
  if (code === 'MfaDenied') return new MfaRefusedError('no')
  if (code === 'ExpiredToken') return new SourceExpiredError('no')
  return new VaultError('ERR_STS_REFUSED', `${code} for ${profile}`)
}

/** What we do in a case: as commands do it, with a keyring in memory and an AWS that only notes what it is asked. */
async function ours({ config, stored, runs, aws = [] }: Case): Promise<Seen[]> {
  let now = Date.UTC(2026, 0, 1)
  const clock = { now: () => now }
  const keyring = new MemoryKeyring()
  const credentials = new CredentialStore(keyring, () => {})
  for (const [profile, accessKeyId] of Object.entries(stored)) {
    await credentials.set(profile, { accessKeyId, secretAccessKey: 's' })
  }
  const sts = new Sts(aws, clock.now)
  const providers = new Map([
    ['session-token', sts.provider('GetSessionToken')],
    ['assume-role', sts.provider('AssumeRole')],
    ['web-identity', sts.provider('AssumeRoleWithWebIdentity')],
  ])
  const seen: Seen[] = []
  for (const run of runs) {
    sts.calls = []
    const region = await runOnce(run).catch(error => {
      if (!isVaultError(error)) throw error
      return undefined
    })
    const end = region === undefined ? 'refused' : 'given'
    const kept = (await new SessionCache(keyring, clock, () => {}).list()).map(it => `${it.type} ${it.profile}`).sort()
    seen.push({ calls: sts.calls, end, kept, ...(region === undefined ? {} : { region }) })
    now += 1000
  }
  return seen

  /** The region that the program is told. */
  async function runOnce({ argv, env = {}, typed }: Run): Promise<string> {
    const { profile, token, duration, ...flags } = read(argv)
    const wished = duration ?? env.AWS_VAULT_DURATION
    const wishes = readWishes(
      flags,
      env,
      wished === undefined ? undefined : { value: wished, origin: { kind: 'flag', flag: 'duration' } },
    )
    const made = plan({
      profile,
      config: parseConfig(config ?? '', 'config'),
      storedKeys: new Set(Object.keys(stored)),
      wishes,
      claims: new Map(),
    })
    const context = testContext()
    await resolve(made, {
      providers: { get: async name => providers.get(name) as CredentialProvider },
      contextFor: async () => context,
      credentialStore: async () => credentials,
      sessionCache: async () => new SessionCache(keyring, clock, () => {}),
      ssoTokens: () => assert.fail('no case here signs in'),
      signInLogins: () => assert.fail('no case here signs in'),
      lock: (_, task) => task(),
      mfaCodes: new MfaCodes({
        ask: async ({ process: command, profile }) => {
          if (command !== undefined)
            return runMfaProcess(command.replace('$HOME', '/nowhere'), profile, process.env, context)
          if (typed === undefined) throw new PromptUnavailableError('nobody is there')
          return typed
        },
        logger: context.logger,
        signal: context.signal,
        now: clock.now,
        wait: async () => {},
        ...(token === undefined ? {} : { token }),
      }),
      clock,
      logger: context.logger,
      options: { refresh: false, minimumSeconds: minimumSeconds(flags, env).value },
    })
    return made.region ?? ''
  }
}

/** The words of a command line that the cases have. */
function read([, ...words]: readonly string[]): Record<'profile', string> &
  Record<'token' | 'duration' | 'region', string | undefined> & { 'no-session': boolean } {
  const valueAfter = (...names: string[]): string | undefined => {
    const at = words.findIndex(word => names.includes(word))
    return at === -1 ? undefined : words.splice(at, 2)[1]
  }
  const [token, duration, region] = [
    valueAfter('-t', '--mfa-token'),
    valueAfter('-d', '--duration'),
    valueAfter('--region'),
  ]
  const rest = words.filter(word => word !== '-n' && word !== '--no-session')
  const [profile = '', ...others] = rest
  assert.deepEqual(others, [], 'a word that this test does not know')
  return { profile, token, duration, region, 'no-session': rest.length < words.length }
}

/** What was measured, with what is different in every case: roles without MFA are kept here, too. */
function fieldOf(seen: Seen | undefined, field: keyof Seen, one: Seen): unknown {
  if (field === 'region' && seen?.end === 'given') return seen.region ?? one.region
  if (field !== 'kept') return seen?.[field]
  const roles = one.kept.filter(name => name.startsWith('sts.AssumeRole '))
  return [...new Set([...(seen?.kept ?? []), ...roles])].sort()
}

describe('the cases measured on the Go tool', () => {
  for (const measured of cases) {
    const { id, title } = measured
    const differences = DIFFERENCES[id] ?? []
    const why = differences.map(({ reason }) => ` (${reason})`).join('')
    it(`${id}: ${title}${why}`, async () => {
      const actual = await ours(measured)
      for (const build of ['av99', 'avbn'] as const) {
        const expected = measured[build] ?? measured.av99
        for (const field of ['calls', 'end', 'kept', 'region'] as const) {
          const pair = actual.map((one, index) => [one[field], fieldOf(expected[index], field, one)])
          const where = `${build}, ${field}`
          const isListed = differences.some(
            it => (it.from ?? build) === build && (it.fields ?? ['calls']).includes(field),
          )
          const [mine, theirs] = [0, 1].map(side => pair.map(values => values[side]))
          if (isListed) assert.notDeepEqual(mine, theirs, `${where}: the same as ours: take it off the list`)
          else assert.deepEqual(mine, theirs, where)
        }
      }
    })
  }

  it('are all there, and every reason stands in docs/differences.md', () => {
    assert.equal(cases.length, 72)
    assert.ok(documented.includes(always))
    for (const [id, differences] of Object.entries(DIFFERENCES)) {
      assert.ok(
        cases.some(it => it.id === id),
        `there is no case ${id}`,
      )
      for (const { reason } of differences) assert.ok(documented.includes(reason), `not in the docs: ${reason}`)
    }
  })
})
