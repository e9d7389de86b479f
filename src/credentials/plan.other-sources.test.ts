import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  calls,
  config,
  exchanges,
  flag,
  hours,
  located,
  ONE,
  parameters,
  planOf,
  refusal,
  rows,
  variable,
} from '../../test/support/plan-rows.ts'
import type { Wishes } from './plan.ts'

describe('a source that a plugin claims', () => {
  const claims = { okta_app_url: 'okta', okta_user: 'okta', saml_url: 'saml' }
  const okta = 'okta_app_url=https://acme.okta.com; okta_user=alice'

  it('gets the values of the keys that it claims', () => {
    const made = planOf(config(`p: ${okta}; region=eu-west-1; output=json`), { claims })
    assert.deepEqual(calls(made), ['okta p'])
    const [step] = exchanges(made)
    assert.deepEqual(step?.step.parameters, { okta_app_url: 'https://acme.okta.com', okta_user: 'alice' })
    assert.equal(step?.step.region, 'eu-west-1')
    assert.deepEqual(step?.cache, { type: 'plugin.okta', profile: 'p', serial: '' })
  })

  rows([
    {
      it: 'lives as long as is wished',
      config: config(`p: ${okta}`),
      claims,
      wishes: { duration: hours(2) },
      steps: ['okta p 2h'],
    },
    {
      it: 'has a role on top where a role_arn stands beside it',
      config: config(`p: ${okta}; role=One`),
      claims,
      steps: ['okta p', 'assume-role p 1h'],
    },
    {
      it: 'signs for roles, which live 1 h at most since it may be a role itself',
      config: config(`okta: ${okta}`, 'p: role=One; from=okta; mfa=alice'),
      claims,
      wishes: { duration: hours(2) },
      steps: ['okta okta', 'assume-role p 1h +alice'],
      notes: [/live 1h, not 2h/],
    },
    {
      it: 'proves no MFA: its mfa_serial is not for the role, since only keys can get a session token',
      config: config(`okta: ${okta}; mfa=alice`, 'p: role=One; from=okta'),
      claims,
      steps: ['okta okta', 'assume-role p 1h'],
    },
    {
      it: 'comes before other sources',
      config: config(`p: ${okta}; credential_process=cat`),
      claims,
      steps: ['okta p'],
    },
    {
      it: 'comes after a source_profile',
      config: config('src:', `p: ${okta}; from=src`),
      claims,
      steps: ['keys src', 'session-token src 1h'],
    },
    {
      it: 'comes where a profile names itself as its source and has no keys',
      config: config(`p: ${okta}; from=p`),
      claims,
      steps: ['okta p'],
    },
  ])

  it('is refused where two plugins claim the profile', () => {
    const error = refusal(config(`p: ${okta}; saml_url=https://acme.example`), { claims })
    assert.equal(error.code, 'ERR_PLAN_AMBIGUOUS')
    assert.match(
      error.message,
      /okta_app_url \(config:2 \[profile p\]\) for okta, saml_url \(config:4 \[profile p\]\) for saml/,
    )
  })

  it('is refused where the duration is none of AWS', () => {
    const error = refusal(config(`p: ${okta}`), { claims, wishes: { duration: located(60, flag('duration')) } })
    assert.equal(error.code, 'ERR_CONFIG_VALUE')
  })
})

describe('a web identity', () => {
  const webid = 'role=One; web_identity_token_file=/token'
  const ofEnvironment = {
    webIdentityTokenFile: located('/pod', variable('AWS_WEB_IDENTITY_TOKEN_FILE')),
    roleArn: located(`${ONE}Pod`, variable('AWS_ROLE_ARN')),
  }

  rows([
    { it: 'assumes the role of its profile', config: config(`p: ${webid}`), steps: ['web-identity p 1h'] },
    {
      it: 'lives as long as its profile says',
      config: config(`p: ${webid}; duration_seconds=7200`),
      steps: ['web-identity p 2h'],
    },
    {
      it: 'lives as long as is wished, since it is no role on a role',
      config: config(`w: ${webid}`, 'p: from=w'),
      wishes: { duration: hours(4) },
      steps: ['web-identity w 4h'],
    },
    {
      it: 'signs for roles, which live 1 h at most',
      config: config(`w: ${webid}; duration_seconds=7200`, 'p: role=Two; from=w', 'q: role=Three; from=p'),
      profile: 'q',
      wishes: { duration: hours(4) },
      steps: ['web-identity w 2h', 'assume-role p 1h', 'assume-role q 1h'],
      notes: [/live 1h, not 4h/],
    },
    {
      it: 'comes after stored keys',
      config: config(`p: ${webid}`),
      keys: ['p'],
      steps: ['keys p', 'assume-role p 1h'],
    },
    {
      it: 'comes after a source_profile',
      config: config('src:', `p: ${webid}; from=src`),
      steps: ['keys src', 'assume-role p 1h'],
    },
    {
      it: 'comes before a credential_process',
      config: config(`p: ${webid}; credential_process=cat`),
      steps: ['web-identity p 1h'],
    },
    {
      it: 'comes after what a plugin claims',
      config: config(`p: ${webid}; okta_app_url=x`),
      claims: { okta_app_url: 'okta' },
      steps: ['okta p', 'assume-role p 1h'],
    },
    {
      it: 'is asked for no MFA code',
      config: config(`p: ${webid}; mfa=alice`),
      steps: ['web-identity p 1h'],
    },
    {
      it: 'assumes a role once that its user has from it',
      config: config(`w: ${webid}`, 'p: include_profile=w; from=w'),
      steps: ['web-identity w 1h'],
    },
    {
      it: 'assumes the role of [default] once',
      config: config(`default: ${webid}`, 'p: region=eu-west-1'),
      steps: ['web-identity p 1h'],
    },
    {
      it: 'says which settings do not go with it',
      config: config(`p: ${webid}; external_id=x1; session_tags=a=b; source_identity=alice; role_session_name=me`),
      steps: ['web-identity p 1h'],
      notes: [/^external_id of profile p is not used/, /^source_identity /, /^session_tags /],
    },
    {
      it: 'of the environment is for a profile that has no source',
      config: config('p: region=eu-west-1'),
      wishes: ofEnvironment,
      steps: ['web-identity p 1h'],
    },
    {
      it: 'of the environment is not for the source of a profile',
      config: config('src:', 'p: role=One; from=src'),
      wishes: ofEnvironment,
      steps: ['keys src', 'assume-role p 1h'],
    },
    {
      it: 'of the environment comes after a credential_process',
      config: config('p: credential_process=cat'),
      wishes: ofEnvironment,
      steps: ['process p', 'assume-role p 1h'],
    },
  ])

  it('is told the role, who asks and where the token is; and kept where the Go tool keeps it', () => {
    const text = config(`p: ${webid}; external_id=x1; session_tags=a=b; role_session_name=me; region=eu-west-1`)
    const [step] = exchanges(planOf(text))
    assert.deepEqual(step?.step.parameters, { roleArn: ONE, roleSessionName: 'me', tokenFile: '/token' })
    assert.equal(step?.step.region, 'eu-west-1')
    assert.deepEqual(step?.cache, { type: 'sts.AssumeRoleWithWebIdentity', profile: 'p', serial: '' })
    assert.equal(planOf(text).region, 'eu-west-1')
  })

  const told = (settings: string, wishes: Partial<Wishes> = {}): object =>
    parameters(planOf(config(`p: role=One; ${settings}`), { wishes }))
  it('comes from a process, or from a file if both are there', () => {
    assert.deepEqual(told('web_identity_token_process=cat'), { roleArn: ONE, tokenProcess: 'cat' })
    const both = 'web_identity_token_process=cat; web_identity_token_file=/token'
    assert.deepEqual(told(both), { roleArn: ONE, tokenFile: '/token' })
  })

  it('of the environment counts with its role, both before those of the profile', () => {
    const pod = { roleArn: `${ONE}Pod`, tokenFile: '/pod' }
    for (const own of ['region=eu-west-1', 'web_identity_token_file=/token', 'web_identity_token_process=cat']) {
      assert.deepEqual(told(own, ofEnvironment), pod)
    }
  })
})

describe('a credential_process', () => {
  const process = 'credential_process=cat'

  rows([
    { it: 'is a source', config: config(`p: ${process}; region=eu-west-1`), steps: ['process p'] },
    {
      it: 'signs for the role beside it',
      config: config(`p: ${process}; role=One`),
      steps: ['process p', 'assume-role p 1h'],
    },
    {
      it: 'signs for roles, which live 1 h at most since it may be a role itself',
      config: config(`c: ${process}`, 'p: role=One; from=c; mfa=alice'),
      wishes: { duration: hours(2) },
      steps: ['process c', 'assume-role p 1h +alice'],
      notes: [/live 1h, not 2h/],
    },
    {
      it: 'comes after stored keys',
      config: config(`p: ${process}`),
      keys: ['p'],
      steps: ['keys p', 'session-token p 1h'],
    },
    {
      it: 'comes after a source_profile',
      config: config('src:', `p: ${process}; from=src`),
      steps: ['keys src', 'session-token src 1h'],
    },
    {
      it: 'comes where a profile names itself as its source and has no keys',
      config: config(`p: ${process}; from=p`),
      steps: ['process p'],
    },
    {
      it: 'comes before a credential_source, which makes no sense here',
      config: config(`p: ${process}; credential_source=Environment`),
      steps: ['process p'],
    },
    {
      it: 'decides how long its credentials live, whatever is wished in general',
      config: config(`p: ${process}`),
      wishes: { duration: located(7200, variable('AWS_VAULT_DURATION')) },
      steps: ['process p'],
      notes: [
        /credential_process of profile p decides .*: 2h \(environment variable AWS_VAULT_DURATION\) is not asked/,
      ],
    },
  ])

  it('is told its command and nothing of where AWS is; and kept where the Go tool keeps it', () => {
    const [step] = exchanges(planOf(config(`p: ${process}; region=eu-west-1; endpoint_url=https://sts.example.com`)))
    assert.deepEqual(step?.step, { provider: 'process', profile: 'p', parameters: { command: 'cat' } })
    assert.deepEqual(step?.cache, { type: 'credential_process', profile: 'p', serial: '' })
  })

  it('is not repeated in the reasons: it may hold a secret', () => {
    const made = planOf(config('p: credential_process=login --password wJalrXUtnFEMI'))
    assert.doesNotMatch(JSON.stringify(made.steps.map(({ why }) => why)), /wJalr/)
  })
})
