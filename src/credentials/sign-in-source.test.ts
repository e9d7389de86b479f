import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseConfig } from '../aws-config/read-config.ts'
import { plan } from './plan.ts'
import type { ProviderStep } from './plan-types.ts'
import { requestFingerprint } from './request-fingerprint.ts'
import { readWishes } from './wishes.ts'

const alice = 'arn:aws:iam::111111111111:user/alice'
const own = `[profile p]\nlogin_session = ${alice}\n`
const sso = `sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
sso_account_id = 111111111111
sso_role_name = Admin
`

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

const first = (text: string, environment: Record<string, string> = {}): ProviderStep =>
  planned(text, environment).steps[0] as ProviderStep

describe('a profile made by aws login', () => {
  it('takes its credentials from the sign-in', () => {
    const { why: _, ...step } = first(`${own}region = eu-central-1\n`)
    assert.deepEqual(step, {
      kind: 'provider',
      step: { provider: 'sign-in', profile: 'p', region: 'eu-central-1', parameters: { loginSession: alice } },
      cache: { type: 'signin.CreateOAuth2Token', profile: 'p', serial: alice },
      logins: true,
    })
  })

  it('is called in its region, else where the partition has its first', () => {
    const regionOf = (text: string, environment = {}): unknown => first(text, environment).step.region
    assert.equal(regionOf(own), 'us-east-1')
    assert.equal(regionOf(own.replace('arn:aws:', 'arn:aws-cn:')), 'cn-north-1')
    assert.equal(regionOf(own.replace('arn:aws:', 'arn:aws-us-gov:')), 'us-gov-west-1')
    assert.equal(regionOf(`[default]\nregion = eu-west-3\n${own}`), 'eu-west-3')
    assert.equal(regionOf(`${own}region = eu-west-1\n`, { AWS_REGION: 'us-west-2' }), 'us-west-2')
  })

  it('is called where the user says', () => {
    const at = (text: string, environment: Record<string, string>): unknown => first(text, environment).step.endpointUrl
    const [all, signIn] = ['http://all.example', 'http://signin.example']
    assert.equal(at(own, { AWS_ENDPOINT_URL: all, AWS_ENDPOINT_URL_STS: 'http://sts.example' }), all)
    assert.equal(at(own, { AWS_ENDPOINT_URL: all, AWS_ENDPOINT_URL_SIGNIN: signIn }), signIn)
    assert.equal(at(`${own}endpoint_url = ${all}\n`, {}), all)
    assert.equal(at(own, { AWS_ENDPOINT_URL_STS: 'http://sts.example' }), undefined)
  })

  for (const [name, text, steps, storedKeys] of [
    ['stored keys count before it', own, ['keys', 'session-token'], ['p']],
    ['single sign-on counts before it', own + sso, ['sso']],
    [
      'web identity counts before it',
      `${own}role_arn = arn:aws:iam::111111111111:role/R\nweb_identity_token_file = /t\n`,
      ['web-identity'],
    ],
    [
      'that of [default] counts after a credential process',
      `[default]\nlogin_session = ${alice}\n[profile p]\ncredential_process = cat\n`,
      ['process'],
    ],
    ['a credential process counts after it', `${own}credential_process = cat\n`, ['sign-in']],
    ['its own counts before web identity of [default]', `[default]\nweb_identity_token_file = /t\n${own}`, ['sign-in']],
    ['a key that a plugin claims counts before it', `${own}okta_app_url = x\n`, ['okta']],
    ['a role beside it is assumed', `${own}role_arn = arn:aws:iam::111111111111:role/R\n`, ['sign-in', 'assume-role']],
    [
      'a role on top of it is assumed',
      `[profile q]\nlogin_session = ${alice}\n[profile p]\nsource_profile = q\nrole_arn = arn:aws:iam::111111111111:role/R\n`,
      ['sign-in', 'assume-role'],
    ],
    ['[default] hands it down', `[default]\nlogin_session = ${alice}\n[profile p]\n`, ['sign-in']],
    ['its own counts before single sign-on of [default]', `[default]\n${sso}${own}`, ['sign-in']],
    [
      'that of [default] counts after its single sign-on',
      `[default]\nlogin_session = ${alice}\n[profile p]\n${sso}`,
      ['sso'],
    ],
  ] as const) {
    it(name, () => assert.deepEqual(providers(text, storedKeys), steps))
  }

  it('is another request for another session or partition, and not for another region', () => {
    const fingerprint = (text: string): string => requestFingerprint(planned(text), 0)
    const other = [own.replace('alice', 'bob'), own.replace('aws:', 'aws-cn:')].map(fingerprint)
    assert.equal(new Set([fingerprint(own), ...other]).size, 3)
    assert.equal(fingerprint(own), fingerprint(`${own}region = eu-west-1\n`))
  })

  for (const junk of ['alice', 'arn:aws:iam::1:user/alice', 'arn:aws:s3:::bucket', `${alice} b`]) {
    it(`is refused with "${junk}"`, () => {
      const code = 'ERR_CONFIG_VALUE'
      const message = /^login_session at config:2 \[profile p\] is not valid/
      assert.throws(() => planned(own.replace(alice, junk)), { code, message })
    })
  }
})
