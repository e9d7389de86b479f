/**
 * What holds for every plan, whatever stands in a config: 10,000 generated ones in a run. The generator builds chains on
 * purpose, and the test counts what came out, so that it cannot go thin unnoticed.
 */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { isVaultError, type VaultError } from '@aws-vault/plugin-sdk'
import fc from 'fast-check'
import { parseConfig } from '../aws-config/read-config.ts'
import { explain, formatExplanation } from './explain.ts'
import { partitionOfRegion } from './partition.ts'
import { type Plan, type PlanInput, type PlanStep, plan } from './plan.ts'
import { requestFingerprint } from './request-fingerprint.ts'

const RUNS = 10_000
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f']
/** Stands in every setting in which people may have a secret. */
const SECRET = 'wJalrXUtnFEMI'

const REGIONS: Readonly<Record<string, readonly string[]>> = {
  aws: ['us-east-1', 'eu-west-1'],
  'aws-cn': ['cn-north-1', 'cn-northwest-1'],
  'aws-us-gov': ['us-gov-west-1'],
  'aws-iso': ['us-iso-east-1'],
  'aws-iso-b': ['us-isob-east-1'],
  'aws-iso-e': ['eu-isoe-west-1'],
  'aws-iso-f': ['us-isof-south-1'],
  'aws-eusc': ['eusc-de-east-1'],
}

const sometimes = <T>(percent: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof(
    { weight: percent, arbitrary },
    { weight: 100 - percent, arbitrary: fc.constant(undefined) as fc.Arbitrary<T | undefined> },
  )
const pick = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values)
/** What people have, and now and then what cannot be meant. */
const mostly = (arbitrary: fc.Arbitrary<string>, ...junk: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof({ weight: 24, arbitrary }, { weight: 1, arbitrary: pick(...junk) })

type Settings = Readonly<Record<string, string | undefined>>
const together = (arbitraries: Record<string, fc.Arbitrary<string | undefined>>): fc.Arbitrary<Settings> =>
  fc.record(arbitraries)

const seconds = fc.oneof(
  { weight: 8, arbitrary: pick(900, 1800, 3600, 3601, 7200, 43_200) },
  { weight: 1, arbitrary: pick(0, 899, 43_201, 129_600, 129_601) },
)
const process = pick(`print --password ${SECRET}`)
const junkArn = `arn:aws:iam::1:role/${'x'.repeat(3)}`

/** The ways to credentials that a profile may have beside stored keys. */
const SOURCES: Readonly<Record<string, fc.Arbitrary<Settings>>> = {
  keys: fc.constant({}),
  sso_session: together({
    sso_session: mostly(pick('corp', 'other'), 'nowhere'),
    sso_account_id: mostly(pick('111111111111'), '1'),
    sso_role_name: mostly(pick('Admin'), 'no role'),
  }),
  sso_start_url: together({
    sso_start_url: mostly(pick('https://corp.awsapps.com/start'), 'corp'),
    sso_region: mostly(pick('eu-west-1'), 'no region'),
    sso_account_id: sometimes(92, pick('111111111111')),
    sso_role_name: sometimes(92, pick('Admin')),
  }),
  login_session: together({ login_session: mostly(pick('arn:aws:iam::111111111111:user/alice'), 'junk') }),
  web_identity_token_file: fc.constant({ web_identity_token_file: '/token' }),
  web_identity_token_process: together({ web_identity_token_process: process }),
  credential_process: together({ credential_process: process }),
  credential_source: together({ credential_source: mostly(pick('Environment', 'EcsContainer'), 'Cloud') }),
  okta_app_url: together({
    okta_app_url: pick('https://acme.okta.com'),
    okta_password: sometimes(50, pick(SECRET)),
  }),
  nothing: fc.constant({}),
}

const aSource = fc.oneof(
  { weight: 6, arbitrary: pick('keys') },
  { weight: 9, arbitrary: pick(...Object.keys(SOURCES).filter(kind => kind !== 'keys' && kind !== 'nothing')) },
  { weight: 1, arbitrary: pick('nothing') },
)

/** Settings that go with anything, in the partition of the config. */
function settingsIn(partition: string): fc.Arbitrary<Settings> {
  const regions = REGIONS[partition] ?? []
  return together({
    region: sometimes(40, mostly(pick(...regions), 'no such region', 'us-gov-east-1', 'ap-south-1')),
    mfa_serial: sometimes(40, mostly(serialIn(partition), 'junk', 'GAHT12345678')),
    mfa_process: sometimes(15, process),
    duration_seconds: sometimes(30, mostly(seconds.map(String), 'soon', '-900', '9'.repeat(20))),
    session_tags: sometimes(12, mostly(pick('team=core', 'team=core,project=vault'), 'team')),
    transitive_session_tags: sometimes(8, pick('team', 'team,project')),
    source_identity: sometimes(8, mostly(pick('alice'), 'not one')),
    external_id: sometimes(10, mostly(pick(`id-${SECRET}`), 'x')),
    role_session_name: sometimes(10, mostly(pick('alice@laptop'), 'a b')),
    sts_regional_endpoints: sometimes(10, mostly(pick('legacy', 'regional'), 'none')),
    endpoint_url: sometimes(6, mostly(pick(`https://me:${SECRET}@sts.example.com`), 'sts')),
    vault_read_only: sometimes(8, mostly(pick('true', 'false'), 'maybe')),
    vault_policy_arns: sometimes(5, mostly(pick('arn:aws:iam::aws:policy/SecurityAudit'), 'audit')),
    include_profile: sometimes(10, pick(...NAMES)),
  })
}

/** One device has everybody, another one somebody. */
function serialIn(partition: string): fc.Arbitrary<string> {
  return pick('alice', 'alice', 'alice', 'bob').map(name => `arn:${partition}:iam::111111111111:mfa/${name}`)
}

const roleIn = (partition: string): fc.Arbitrary<string> =>
  mostly(
    pick('One', 'Two', 'Three').map(name => `arn:${partition}:iam::111111111111:role/${name}`),
    'junk',
    junkArn,
  )

const located = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.tuple(arbitrary, fc.boolean()).map(([value, byFlag]) => ({
    value,
    origin: byFlag ? ({ kind: 'flag', flag: 'flag' } as const) : ({ kind: 'environment', variable: 'V' } as const),
  }))

function wishesIn(partition: string): fc.Arbitrary<PlanInput['wishes']> {
  const text = (percent: number, arbitrary: fc.Arbitrary<string>) => sometimes(percent, located(arbitrary))
  return fc
    .record({
      session: fc.oneof({ weight: 5, arbitrary: pick(true) }, { weight: 1, arbitrary: pick(false) }),
      duration: sometimes(25, located(seconds)),
      region: text(10, mostly(pick(...(REGIONS[partition] ?? [])), 'no such region')),
      mfaSerial: text(7, serialIn(partition)),
      roleArn: text(8, roleIn(partition)),
      roleSessionName: text(5, pick('me')),
      sessionTags: text(5, mostly(pick('a=b'), 'a')),
      transitiveTags: text(3, pick('a')),
      sourceIdentity: text(3, pick('alice')),
      stsRegionalEndpoints: text(5, pick('legacy', 'regional')),
      endpointUrl: text(3, pick(`https://me:${SECRET}@sts.example.com`)),
      sessionTokenTtl: sometimes(8, located(seconds)),
      chainedSessionTokenTtl: sometimes(8, located(seconds)),
      assumeRoleTtl: sometimes(8, located(seconds)),
      federationTokenTtl: sometimes(8, located(seconds)),
      webIdentityTokenFile: text(8, pick('/pod')),
      policy: sometimes(
        10,
        fc
          .record({
            readOnly: sometimes(60, located(fc.boolean())),
            arns: sometimes(30, fc.array(located(pick('arn:aws:iam::aws:policy/SecurityAudit')), { maxLength: 2 })),
          })
          .map(present),
      ),
    })
    .map(wishes => present(wishes) as unknown as PlanInput['wishes'])
}

const present = <T extends object>(all: T): Partial<T> =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Partial<T>

/** A way from the named profile down to a source, which now and then bites its own tail, and others beside it. */
const inputs: fc.Arbitrary<PlanInput> = pick('aws', 'aws', 'aws', ...Object.keys(REGIONS))
  .chain(partition => {
    const settings = settingsIn(partition)
    const link = fc.record({ settings, role: sometimes(85, roleIn(partition)), byInclude: sometimes(8, pick(true)) })
    return fc.record({
      links: fc.oneof(
        { weight: 2, arbitrary: fc.array(link, { maxLength: 1 }) },
        { weight: 3, arbitrary: fc.array(link, { minLength: 2, maxLength: 4 }) },
      ),
      base: fc.record({
        kind: aSource,
        other: sometimes(10, aSource),
        role: sometimes(25, roleIn(partition)),
        settings,
      }),
      bite: sometimes(5, fc.nat(4)),
      default: sometimes(
        20,
        fc.record({ settings, role: sometimes(20, roleIn(partition)), source: sometimes(15, pick(...NAMES)) }),
      ),
      alsoStored: sometimes(8, pick(...NAMES)),
      missing: sometimes(3, pick(true)),
      sources: fc.record(SOURCES),
      wishes: wishesIn(partition),
      claims: fc.oneof({ weight: 6, arbitrary: pick(true) }, { weight: 1, arbitrary: pick(false) }),
    })
  })
  .map(({ links, base, bite, alsoStored, missing, sources, wishes, claims, default: inherited }) => {
    const names = NAMES.slice(0, links.length + 1)
    const last = names.at(-1) as string
    const sourceSettings = [base.kind, base.other].map(kind => (kind === undefined ? {} : sources[kind]))
    const sections: [string, Settings][] = links.map(({ settings, role, byInclude }, index) => [
      names[index] as string,
      {
        ...settings,
        role_arn: role,
        [byInclude === true ? 'include_profile' : 'source_profile']: names[index + 1],
      },
    ])
    const bitten = bite === undefined ? {} : { source_profile: names[bite % names.length] }
    if (missing !== true)
      sections.push([
        last,
        { ...base.settings, role_arn: base.role, ...Object.assign({}, ...sourceSettings.toReversed()), ...bitten },
      ])
    if (inherited !== undefined) {
      sections.push(['default', { ...inherited.settings, role_arn: inherited.role, source_profile: inherited.source }])
    }
    const storedKeys = new Set(base.kind === 'keys' ? [last] : [])
    if (alsoStored !== undefined) storedKeys.add(alsoStored)
    return {
      profile: 'a',
      config: parseConfig(`${sections.map(toText).join('\n')}\n${PORTALS}`, 'config'),
      storedKeys,
      wishes,
      claims: new Map(
        claims
          ? [
              ['okta_app_url', 'okta'],
              ['okta_password', 'okta'],
            ]
          : [],
      ),
    }
  })

const PORTALS = `[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
[sso-session other]
sso_start_url = https://other.awsapps.com/start
`

function toText([name, keys]: [string, Settings]): string {
  const lines = Object.entries(keys).flatMap(([key, value]) => (value === undefined ? [] : `${key} = ${value}`))
  return [name === 'default' ? '[default]' : `[profile ${name}]`, ...lines].join('\n')
}

/** How long AWS lets the credentials of a call live, in seconds (API reference of STS). */
const LIMITS: Readonly<Record<string, number>> = {
  'session-token': 129_600,
  'federation-token': 129_600,
  'assume-role': 43_200,
  okta: 129_600,
  'web-identity': 43_200,
}
const PROVIDER_SOURCES = ['okta', 'sso', 'sign-in', 'web-identity', 'process']

const partitionOf = (arn: unknown): string | undefined =>
  typeof arn === 'string' && arn.startsWith('arn:') ? arn.split(':')[1] : undefined

/** What AWS and common sense want of every plan. */
function checkPlan(made: Plan, input: PlanInput): void {
  const [source, ...exchanges] = made.steps
  if (source.kind === 'stored-keys') assert.ok(input.storedKeys.has(source.profile), 'keys that are not stored')
  else checkSource(source)

  let codes = source.kind === 'provider' && source.step.mfaSerial !== undefined ? 1 : 0
  let signer = source.kind === 'stored-keys' ? 'keys' : 'temporary'
  for (const step of exchanges) {
    assert.ok(step.kind === 'provider', 'keys in the middle of a plan')
    const { provider, durationSeconds = Number.NaN, mfaSerial, parameters } = step.step
    assert.ok(
      ['session-token', 'federation-token', 'assume-role'].includes(provider),
      'a source in the middle of a plan',
    )
    assert.ok(durationSeconds >= 900 && durationSeconds <= (LIMITS[provider] ?? 0), 'a duration that AWS refuses')
    assert.equal('roleArn' in parameters, provider === 'assume-role')
    assert.ok(!('policyArns' in parameters) || step === exchanges.at(-1), 'a policy for what only signs')
    if (provider === 'federation-token') assert.ok('policyArns' in parameters, 'a session that may do nothing')
    if (provider === 'session-token' || provider === 'federation-token') {
      assert.ok(signer === 'keys' && input.wishes.session, 'a session token that AWS refuses or nobody wants')
    } else if (signer !== 'keys') {
      assert.ok(durationSeconds <= 3600, 'a chained role over an hour')
    }
    if (mfaSerial !== undefined) {
      assert.equal(step, exchanges[0], 'a code with a call that a role signs')
      codes += 1
    }
    assert.equal(step.cache?.serial, mfaSerial ?? '')
    signer = 'temporary'
  }
  assert.ok(codes <= 1, 'two codes for one plan')

  const roles = made.steps.flatMap(step =>
    step.kind === 'provider' && 'roleArn' in step.step.parameters ? [step] : [],
  )
  assert.equal(
    new Set(roles.map(({ step }) => step.profile)).size,
    roles.length,
    'a profile whose role is assumed twice',
  )
  for (const role of roles) checkPartition(role, made)
  checkWishes(made, input)

  const fingerprints = made.steps.map((_, index) => requestFingerprint(made, index))
  assert.equal(new Set(fingerprints).size, fingerprints.length, 'two steps with one fingerprint')
  assert.deepEqual(plan(input), made, 'another plan for the same input')
  checkSecrets(made)
}

function checkSource({ step, tokens, logins }: PlanStep & { kind: 'provider' }): void {
  const { provider, durationSeconds, parameters } = step
  assert.ok(PROVIDER_SOURCES.includes(provider), 'a source is keys or a provider of sources')
  const limit = LIMITS[provider]
  if (limit === undefined) assert.equal(durationSeconds, undefined, 'a lifetime for what decides itself')
  else assert.ok((durationSeconds ?? 900) >= 900 && (durationSeconds ?? 900) <= limit, 'a duration that AWS refuses')
  assert.equal('roleArn' in parameters, provider === 'web-identity')
  assert.equal(tokens === true, provider === 'sso', 'logins for whom they are not')
  assert.equal(logins === true, provider === 'sign-in', 'sign-ins for whom they are not')
}

/** Credentials of one partition are worth nothing in another: the call goes there, or it is said that it does not. */
function checkPartition({ step }: PlanStep & { kind: 'provider' }, made: Plan): void {
  const partition = partitionOf(step.parameters.roleArn) ?? ''
  if (step.endpointUrl !== undefined || partitionOfRegion(step.region ?? 'us-east-1') === partition) return
  assert.ok(
    made.notes.some(note => note.includes(partition)),
    `called in ${step.region} for a role in ${partition}`,
  )
}

function checkWishes(made: Plan, { wishes }: PlanInput): void {
  const last = made.steps.at(-1)
  const restricted = made.steps.some(step => step.kind === 'provider' && 'policyArns' in step.step.parameters)
  const isWished = wishes.policy?.readOnly?.value === true || (wishes.policy?.arns ?? []).length > 0
  assert.ok(restricted || !isWished, 'a restriction that is passed over')

  const { duration, region } = wishes
  const met = last?.kind === 'provider' && last.step.durationSeconds === duration?.value
  const isSaid = made.notes.some(note =>
    /live 1h, not |do not end after|decides how long its credentials live/.test(note),
  )
  assert.ok(duration === undefined || met || isSaid, 'a wish that is passed over in silence')
  assert.ok(region === undefined || made.region === region.value, 'a region that is passed over')
}

/** What is said of a plan has no secret in it, wherever people have some. */
function checkSecrets(made: Plan): void {
  const told = explain(made, {
    sessions: [],
    now: 0,
    minimum: { value: 300, origin: { kind: 'default' } },
    refresh: false,
  })
  assert.doesNotMatch(formatExplanation(told, '/home'), new RegExp(SECRET), 'a secret in an explanation')
  assert.doesNotMatch(JSON.stringify(told), new RegExp(SECRET), 'a secret in an explanation as data')
}

function checkRefusal(error: VaultError): void {
  assert.match(error.code, /^ERR_(CONFIG|PLAN|PROFILE|CREDENTIALS)_[A-Z_]+$/)
  const { hint = '', message } = error
  assert.ok(
    hint !== '' || /expected|AWS gives|AWS takes|it has |every key once/.test(message),
    `no way out of: ${message}`,
  )
  assert.doesNotMatch(JSON.stringify([message, hint, error.facts]), new RegExp(SECRET), 'a secret in a refusal')
}

/** What came out, so that the generator cannot go thin. */
class Tally {
  readonly #counts = new Map<string, number>()
  #plans = 0

  plan(made: Plan): void {
    this.#plans += 1
    const steps = made.steps.flatMap(step => (step.kind === 'provider' ? [step] : []))
    const roles = steps.filter(({ step }) => step.provider === 'assume-role').length
    for (const atLeast of [1, 2, 3, 4]) if (roles >= atLeast) this.#count(`roles ${atLeast}`)
    const [source] = made.steps
    this.#count(`source ${source.kind === 'provider' ? source.step.provider : source.kind}`)
    for (const { step, mfaProcess } of steps) {
      this.#count(`provider ${step.provider}`)
      this.#count(`partition ${partitionOf(step.parameters.roleArn)}`)
      if (step.mfaSerial === undefined) continue
      this.#count(`mfa with ${step.provider}`)
      if (roles > 1) this.#count(`mfa with ${step.provider} in a chain`)
      if (mfaProcess !== undefined) this.#count('mfa_process')
    }
    for (const { step } of steps) for (const name of Object.keys(step.parameters)) this.#count(`parameter ${name}`)
    for (const note of made.notes) this.#count(`note ${NOTES.findIndex(pattern => pattern.test(note))}`)
  }

  refusal({ code }: VaultError): void {
    this.#count(`refused ${code}`)
  }

  assertRich(): void {
    const share = (what: string): number => this.of(what) / this.#plans
    assert.ok(this.#plans > RUNS / 3, `only ${this.#plans} plans were made: too much junk`)
    assert.ok(share('roles 2') >= 0.1, `two roles in ${share('roles 2')}`)
    assert.ok(share('roles 3') >= 0.03, `three roles in ${share('roles 3')}`)
    const missing = EXPECTED.filter(what => this.of(what) === 0)
    assert.deepEqual(missing, [], 'never came out')
    assert.equal(this.of('note -1'), 0, 'a note that this test does not know')
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0
  }

  #count(what: string): void {
    this.#counts.set(what, this.of(what) + 1)
  }
}

const NOTES = [
  /live 1h, not /,
  /mfa_serial of profile \w .* is not used/,
  /is not asked for a code/,
  /do not end after/,
  /is not used: AWS takes none with a web identity token/,
  /decides how long its credentials live/,
  /partition/,
  /^the session policy .* is not used/,
]
const EXPECTED = [
  ...['stored-keys', ...PROVIDER_SOURCES].map(source => `source ${source}`),
  ...['session-token', 'federation-token', 'assume-role'].map(provider => `provider ${provider}`),
  ...Object.keys(REGIONS).map(partition => `partition ${partition}`),
  ...['session-token', 'assume-role'].flatMap(call => [`mfa with ${call}`, `mfa with ${call} in a chain`]),
  'mfa_process',
  'roles 4',
  ...['roleSessionName', 'externalId', 'sourceIdentity', 'sessionTags', 'transitiveTagKeys', 'policyArns'].map(
    name => `parameter ${name}`,
  ),
  ...['tokenFile', 'tokenProcess', 'command', 'legacyGlobalEndpoint', 'startUrl'].map(name => `parameter ${name}`),
  ...NOTES.map((_, index) => `note ${index}`),
  ...['VALUE', 'LOOP', 'INCLUDE', 'SOURCE_PROFILE', 'SSO'].map(reason => `refused ERR_CONFIG_${reason}`),
  ...['POLICY', 'UNSUPPORTED', 'NO_ROLE', 'DURATION'].map(reason => `refused ERR_PLAN_${reason}`),
  'refused ERR_PROFILE_UNKNOWN',
  'refused ERR_CREDENTIALS_MISSING',
]

it('plans what AWS takes, or refuses in words', () => {
  const tally = new Tally()
  fc.assert(
    fc.property(inputs, input => {
      let result: Plan
      try {
        result = plan(input)
      } catch (error) {
        if (!isVaultError(error)) throw error
        checkRefusal(error)
        tally.refusal(error)
        return
      }
      tally.plan(result)
      checkPlan(result, input)
    }),
    { numRuns: RUNS },
  )
  tally.assertRich()
})
