import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Origin } from '../aws-config/origin.ts'
import { parseConfig } from '../aws-config/read-config.ts'
import { plan } from './plan.ts'
import type { Plan, ProviderStep } from './plan-types.ts'
import { requestFingerprint } from './request-fingerprint.ts'
import { readWishes } from './wishes.ts'

const url = 'https://corp.awsapps.com/start'
const session = `[sso-session corp]\nsso_start_url = ${url}\nsso_region = eu-west-1\n`
const role = 'sso_account_id = 111111111111\nsso_role_name = Admin\n'
const modern = `${session}[profile p]\nsso_session = corp\n${role}`
const legacy = `[profile p]\nsso_start_url = ${url}\nsso_region = eu-west-1\n${role}`

const planned = (text: string, environment: Record<string, string> = {}, storedKeys: readonly string[] = []) =>
  plan({
    profile: 'p',
    config: parseConfig(text, 'config'),
    storedKeys: new Set(storedKeys),
    wishes: readWishes({}, environment),
    claims: new Map([['okta_app_url', 'okta']]),
  })

const providers = (text: string, storedKeys: readonly string[] = []): string[] =>
  planned(text, {}, storedKeys).steps.map(step => (step.kind === 'provider' ? step.step.provider : 'keys'))

describe('a profile with single sign-on', () => {
  for (const [name, text] of [
    ['an sso_session', modern],
    ['the older keys', legacy],
    ['both, which say the same', `${modern}sso_start_url = ${url}\n`],
    ['both, of which the session counts', `${modern}sso_start_url = https://other.awsapps.com/start\n`],
  ] as const) {
    it(`takes its role by ${name}`, () => {
      const [step] = planned(text).steps as unknown as [ProviderStep]
      assert.deepEqual(step.step, {
        provider: 'sso',
        profile: 'p',
        region: 'eu-west-1',
        parameters: { startUrl: url, accountId: '111111111111', roleName: 'Admin' },
      })
      assert.deepEqual(step.cache, { type: 'sso.GetRoleCredentials', profile: 'p', serial: url })
      assert.equal(step.tokens, true)
    })
  }

  it('asks for the scopes that the session has', () => {
    const text = modern.replace('[profile', 'sso_registration_scopes = sso:account:access, x:y\n[profile')
    const [step] = planned(text).steps as unknown as [ProviderStep]
    assert.deepEqual(step.step.parameters.scopes, ['sso:account:access', 'x:y'])
  })

  it('has the region of single sign-on for its calls, and its own for the program', () => {
    const made = planned(`${modern}region = us-west-2\n`)
    assert.equal((made.steps[0] as ProviderStep).step.region, 'eu-west-1')
    assert.equal(made.region, 'us-west-2')
  })

  it('is called where the user says', () => {
    const at = (text: string, environment: Record<string, string>): unknown[] => {
      const { step } = planned(text, environment).steps[0] as ProviderStep
      return [step.endpointUrl, step.parameters.oidcEndpointUrl]
    }
    const [AWS_ENDPOINT_URL_SSO, AWS_ENDPOINT_URL_SSO_OIDC] = ['https://sso.example', 'https://oidc.example']
    assert.deepEqual(at(modern, { AWS_ENDPOINT_URL: 'https://all.example', AWS_ENDPOINT_URL_SSO }), [
      AWS_ENDPOINT_URL_SSO,
      'https://all.example',
    ])
    assert.deepEqual(at(modern, { AWS_ENDPOINT_URL_SSO_OIDC }), [undefined, AWS_ENDPOINT_URL_SSO_OIDC])
    assert.deepEqual(at(modern, { AWS_ENDPOINT_URL_STS: 'https://sts.example' }), [undefined, undefined])
    assert.deepEqual(at(`${modern}endpoint_url = https://own.example\n`, {}), Array(2).fill('https://own.example'))
  })

  it('comes behind stored keys, a source_profile and what a plugin claims, and before the rest', () => {
    assert.deepEqual(providers(modern, ['p']), ['keys', 'session-token'])
    assert.deepEqual(providers(`${modern}source_profile = k\n[profile k]\n`, ['k']), ['keys', 'session-token'])
    assert.deepEqual(providers(`${modern}okta_app_url = x\n`), ['okta'])
    assert.deepEqual(providers(`${modern}credential_process = x\n`), ['sso'])
  })

  it('may have a role on top, and be the source of others', () => {
    const assume = 'role_arn = arn:aws:iam::123456789012:role/Top\n'
    assert.deepEqual(providers(modern + assume), ['sso', 'assume-role'])
    const chain = modern.replace('[profile p]', '[profile base]') + `[profile p]\nsource_profile = base\n${assume}`
    assert.deepEqual(providers(chain), ['sso', 'assume-role'])
  })

  it('is another request when account, role or portal change, and not for another region of the program', () => {
    const fingerprint = (text: string): string => requestFingerprint(planned(text), 0)
    const changed = [
      modern.replace('Admin', 'Ops'),
      modern.replace('111111111111', '222222222222'),
      modern.replace(url, 'https://other.awsapps.com/start'),
    ].map(fingerprint)
    assert.equal(new Set([fingerprint(modern), ...changed]).size, 4)
    assert.equal(fingerprint(`${modern}region = us-west-2\n`), fingerprint(legacy))
  })

  it('refuses a wish for a lifetime on the command line, and says of one in the environment that it is not met', () => {
    const planFor = (origin: Origin): Plan =>
      plan({
        profile: 'p',
        config: parseConfig(modern, 'config'),
        storedKeys: new Set<string>(),
        claims: new Map(),
        wishes: { session: true, duration: { value: 7200, origin } },
      })
    assert.throws(() => planFor({ kind: 'flag', flag: 'duration' }), {
      code: 'ERR_PLAN_DURATION',
      message: '--duration cannot be met: the permission set Admin of profile p decides how long its credentials live',
    })
    const made = planFor({ kind: 'environment', variable: 'AWS_VAULT_DURATION' })
    assert.equal((made.steps[0] as ProviderStep).step.durationSeconds, undefined)
    assert.match(
      made.notes[0] ?? '',
      /permission set Admin of profile p decides .*: 2h \(environment variable AWS_VAULT_DURATION\) is not/,
    )
  })

  const refused: readonly [name: string, text: string, code: string, message: RegExp][] = [
    ['no account', modern.replace(/sso_account_id.*\n/, ''), 'ERR_CONFIG_SSO', /"p" has no sso_account_id \(config:5 /],
    ['no role', legacy.replace(/sso_role_name.*\n/, ''), 'ERR_CONFIG_SSO', /"p" has no sso_role_name \(config:2 /],
    ['no region', legacy.replace(/sso_region.*\n/, ''), 'ERR_CONFIG_SSO', /"p" has no sso_region \(config:2 /],
    ['an unknown session', modern.replace('= corp', '= cork'), 'ERR_CONFIG_SSO', /no \[sso-session cork\].* config:5 /],
    ['junk for an account', modern.replace('111111111111', '1'), 'ERR_CONFIG_VALUE', /sso_account_id at config:6 /],
    ['junk for a region', modern.replace('eu-west-1', 'a.b'), 'ERR_CONFIG_VALUE', /sso_region .* at config:3 /],
    ['junk for a portal', modern.replace(url, 'corp'), 'ERR_CONFIG_VALUE', /sso_start_url at config:2 /],
  ]
  for (const [name, text, code, message] of refused) {
    it(`is refused with ${name}`, () => assert.throws(() => planned(text), { code, message }))
  }
})
