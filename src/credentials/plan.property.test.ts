import assert from 'node:assert/strict'
import { it } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import fc from 'fast-check'
import { parseConfig } from '../aws-config/read-config.ts'
import { type Plan, type PlanInput, plan } from './plan.ts'
import { requestFingerprint } from './request-fingerprint.ts'

const NAMES = ['a', 'b', 'c', 'd']
const serials = fc.constantFrom(
  'arn:aws:iam::111111111111:mfa/alice',
  'arn:aws:iam::111111111111:mfa/bob',
  'GAHT12345678',
  'junk',
)
const roleArns = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom('One', 'Two', 'Three').map(name => `arn:aws:iam::111111111111:role/${name}`),
  },
  { weight: 1, arbitrary: fc.constant('junk') },
)
const seconds = fc.constantFrom(0, 899, 900, 1800, 3600, 3601, 7200, 43_200, 43_201, 129_600, 129_601)
const regions = fc.constantFrom('us-east-1', 'eu-west-1', 'cn-north-1', 'no such region')

const rarely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 })
const usually = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 5 })

const settings = fc.record({
  source_profile: usually(fc.constantFrom(...NAMES, 'nowhere')),
  include_profile: fc.option(fc.constantFrom(...NAMES), { nil: undefined, freq: 1 }),
  role_arn: usually(roleArns),
  mfa_serial: rarely(serials),
  mfa_process: rarely(fc.constant('cat')),
  duration_seconds: rarely(fc.oneof(seconds.map(String), fc.constant('soon'))),
  region: rarely(regions),
  session_tags: rarely(fc.constantFrom('team=core', 'team')),
  vault_read_only: fc.option(fc.constantFrom('true', 'false'), { nil: undefined, freq: 1 }),
  okta_app_url: rarely(fc.constant('https://acme.okta.com')),
  login_session: fc.option(fc.constantFrom('arn:aws:iam::111111111111:user/alice', 'junk'), {
    nil: undefined,
    freq: 1,
  }),
  credential_process: fc.option(fc.constant('cat'), { nil: undefined, freq: 1 }),
  web_identity_token_file: rarely(fc.constant('/token')),
  credential_source: rarely(fc.constant('Environment')),
})

const located = <T>(arbitrary: fc.Arbitrary<T>) =>
  arbitrary.map(value => ({ value, origin: { kind: 'environment', variable: 'VARIABLE' } as const }))

const wishes = fc
  .record({
    session: fc.boolean(),
    duration: rarely(located(seconds)),
    region: rarely(located(regions)),
    mfaSerial: fc.option(located(serials), { nil: undefined, freq: 1 }),
    roleArn: fc.option(located(roleArns), { nil: undefined, freq: 1 }),
    sessionTokenTtl: rarely(located(seconds)),
    chainedSessionTokenTtl: rarely(located(seconds)),
    federationTokenTtl: fc.option(located(seconds), { nil: undefined, freq: 1 }),
    policy: fc.option(fc.record({ readOnly: located(fc.boolean()) }), { nil: undefined, freq: 1 }),
    assumeRoleTtl: fc.option(located(seconds), { nil: undefined, freq: 1 }),
    webIdentityTokenFile: rarely(located(fc.constant('/pod'))),
  })
  .map(
    all =>
      Object.fromEntries(
        Object.entries(all).filter(([, value]) => value !== undefined),
      ) as unknown as PlanInput['wishes'],
  )

const inputs: fc.Arbitrary<PlanInput> = fc
  .record({
    profile: fc.constantFrom(...NAMES),
    sections: fc.uniqueArray(fc.tuple(fc.constantFrom('default', ...NAMES, ...NAMES), settings), {
      selector: ([name]) => name,
      minLength: 1,
    }),
    storedKeys: fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1 }),
    wishes,
    claims: fc.boolean(),
  })
  .map(({ profile, sections, storedKeys, wishes, claims }) => ({
    profile,
    config: parseConfig(sections.map(toText).join('\n'), 'config'),
    storedKeys: new Set(storedKeys),
    wishes,
    claims: new Map(claims ? [['okta_app_url', 'okta']] : []),
  }))

function toText([name, keys]: [string, Record<string, string | undefined>]): string {
  const lines = Object.entries(keys).flatMap(([key, value]) => (value === undefined ? [] : `${key} = ${value}`))
  return [name === 'default' ? '[default]' : `[profile ${name}]`, ...lines].join('\n')
}

const LIMITS: Readonly<Record<string, number>> = {
  'session-token': 129_600,
  'federation-token': 129_600,
  'assume-role': 43_200,
  okta: 129_600,
  'web-identity': 43_200,
  process: 900,
}

/** What AWS and common sense want of every plan. */
function checkPlan(made: Plan, input: PlanInput): void {
  const [source, ...exchanges] = made.steps
  if (source.kind === 'stored-keys') assert.ok(input.storedKeys.has(source.profile), 'keys that are not stored')
  else {
    const { provider, durationSeconds = 900, parameters } = source.step
    assert.ok(['okta', 'web-identity', 'process'].includes(provider), 'a source is keys or a provider of sources')
    assert.ok(durationSeconds >= 900 && durationSeconds <= (LIMITS[provider] ?? 0), 'a duration that AWS refuses')
    assert.equal('roleArn' in parameters, provider === 'web-identity')
  }

  let codes = 0
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

  const wished = input.wishes.policy?.readOnly?.value === true
  const restricted = made.steps.some(step => step.kind === 'provider' && 'policyArns' in step.step.parameters)
  assert.ok(restricted || !wished, 'a restriction that is passed over')

  const { duration } = input.wishes
  const last = made.steps.at(-1)
  const met = last?.kind === 'provider' && last.step.durationSeconds === duration?.value
  assert.ok(duration === undefined || met || made.notes.length > 0, 'a wish that is passed over in silence')

  const fingerprints = made.steps.map((_, index) => requestFingerprint(made, index))
  assert.equal(new Set(fingerprints).size, fingerprints.length, 'two steps with one fingerprint')
}

it('plans what AWS takes, or refuses in words', () => {
  let made = 0
  fc.assert(
    fc.property(inputs, input => {
      let result: Plan
      try {
        result = plan(input)
      } catch (error) {
        if (!isVaultError(error)) throw error
        return
      }
      made += 1
      checkPlan(result, input)
    }),
    { numRuns: 2000 },
  )
  assert.ok(made > 500, `only ${made} plans were made: the generator makes too much junk`)
})
