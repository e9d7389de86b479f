import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  BOB,
  config,
  flag,
  hours,
  located,
  ONE,
  planOf,
  refusal,
  rows,
  variable,
} from '../../test/support/plan-rows.ts'
import type { PlanStep, ProviderStep } from './plan.ts'

describe('stored keys', () => {
  rows([
    { it: 'get a session token', config: config('p:'), keys: ['p'], steps: ['keys p', 'session-token p 1h'] },
    {
      it: 'get one with MFA',
      config: config('p: mfa=alice'),
      keys: ['p'],
      steps: ['keys p', 'session-token p 1h +alice'],
    },
    { it: 'need no section', config: '', keys: ['p'], steps: ['keys p', 'session-token p 1h'] },
    {
      it: 'of the default profile',
      config: config('default: mfa=alice'),
      profile: 'default',
      keys: ['default'],
      steps: ['keys default', 'session-token default 1h +alice'],
    },
    {
      it: 'inherit the MFA device of [default], also without a section',
      config: config('default: mfa=alice'),
      keys: ['p'],
      steps: ['keys p', 'session-token p 1h +alice'],
    },
    {
      it: 'are handed out themselves with --no-session',
      config: config('p:'),
      keys: ['p'],
      wishes: { session: false },
      steps: ['keys p'],
    },
    {
      it: 'are handed out themselves with --no-session, which says that MFA is passed over',
      config: config('p: mfa=alice'),
      keys: ['p'],
      wishes: { session: false },
      steps: ['keys p'],
      notes: [/long-lived keys themselves.*mfa\/alice is not asked/],
    },
    {
      it: 'are handed out themselves with --no-session, which says that -d is without effect',
      config: config('p:'),
      keys: ['p'],
      wishes: { session: false, duration: hours(2) },
      steps: ['keys p'],
      notes: [/do not end after 2h/],
    },
    {
      it: 'take AWS_MFA_SERIAL before the profile',
      config: config('p: mfa=alice'),
      keys: ['p'],
      wishes: { mfaSerial: located(BOB, variable('AWS_MFA_SERIAL')) },
      steps: ['keys p', 'session-token p 1h +bob'],
    },
    {
      it: 'count before a source_profile',
      config: config('src:', 'p: from=src'),
      keys: ['p', 'src'],
      steps: ['keys p', 'session-token p 1h'],
    },
    {
      it: 'count before a source_profile that does not exist',
      config: config('p: from=nowhere'),
      keys: ['p'],
      steps: ['keys p', 'session-token p 1h'],
    },
    {
      it: 'may be named by their own source_profile',
      config: config('p: from=p'),
      keys: ['p'],
      steps: ['keys p', 'session-token p 1h'],
    },
    {
      it: 'count before other sources',
      config: config('p: sso_start_url=https://example.com; credential_process=cat; okta_app_url=x'),
      keys: ['p'],
      claims: { okta_app_url: 'okta' },
      steps: ['keys p', 'session-token p 1h'],
    },
    {
      it: 'pay no heed to duration_seconds, which is for roles',
      config: config('p: duration_seconds=7200'),
      keys: ['p'],
      steps: ['keys p', 'session-token p 1h'],
    },
  ])
})

describe('a source_profile without a role', () => {
  rows([
    {
      it: 'stands for the source, whose session token it shares',
      config: config('src:', 'p: from=src'),
      steps: ['keys src', 'session-token src 1h'],
    },
    {
      it: 'has the MFA device of the source',
      config: config('src: mfa=alice', 'p: from=src'),
      steps: ['keys src', 'session-token src 1h +alice'],
    },
    {
      it: 'has its own MFA device first',
      config: config('src: mfa=alice', 'p: from=src; mfa=bob'),
      steps: ['keys src', 'session-token src 1h +bob'],
    },
    {
      it: 'stands for a role',
      config: config('src:', 'r: role=One; from=src', 'p: from=r'),
      steps: ['keys src', 'assume-role r 1h'],
    },
    {
      it: 'stands for a role, with settings of its own first',
      config: config(
        'src:',
        'r: role=One; from=src; duration_seconds=7200',
        'p: from=r; duration_seconds=1800; mfa=bob',
      ),
      steps: ['keys src', 'assume-role r 30m +bob'],
    },
    {
      it: 'stands between a role and the keys',
      config: config('src:', 'a: from=src; mfa=alice', 'p: role=One; from=a'),
      steps: ['keys src', 'session-token src 8h +alice', 'assume-role p 1h'],
    },
    {
      it: 'becomes a role by AWS_ROLE_ARN',
      config: config('src:', 'p: from=src'),
      wishes: { roleArn: located(ONE, variable('AWS_ROLE_ARN')) },
      steps: ['keys src', 'assume-role p 1h'],
    },
  ])
})

describe('credentials for the console', () => {
  const wishes = { forConsole: true } as const

  it('are a federated session where the keys are a user', () => {
    const made = planOf(config('src: region=eu-west-1'), { profile: 'src', wishes })
    const [, step] = made.steps as [PlanStep, ProviderStep]
    assert.deepEqual(step.step.provider, 'federation-token')
    assert.equal(step.cache, undefined)
    assert.match(String(step.step.parameters.policy), /"Action":"\*"/)
    assert.deepEqual(made.notes, [])
  })

  it('are so with --no-session too, without an MFA code, which is said', () => {
    const made = planOf(config('src: mfa=alice'), { profile: 'src', wishes: { ...wishes, session: false } })
    const [, step] = made.steps as [PlanStep, ProviderStep]
    assert.equal(step.step.mfaSerial, undefined)
    assert.match(made.notes.join(), /mfa\/alice is not asked for a code: AWS takes none with a federated session/)
  })

  it('are those of a policy where one is asked for, and those of a role as ever', () => {
    const policy = { readOnly: located(true, flag('read-only')) }
    const restricted = planOf(config('src:'), { profile: 'src', wishes: { ...wishes, policy } })
      .steps[1] as ProviderStep
    assert.deepEqual(restricted.step.parameters, { policyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] })
    const text = config('src:', 'p: from=src; role=One')
    assert.deepEqual(planOf(text, { wishes }), planOf(text))
  })

  it('of single sign-on may be wished to last longer than they live', () => {
    const text = config(
      'p: sso_start_url=https://x.awsapps.com/start; sso_region=eu-west-1; sso_account_id=111111111111; sso_role_name=A',
    )
    const duration = hours(8)
    assert.deepEqual(planOf(text, { wishes: { ...wishes, duration } }).notes, [])
    assert.equal(refusal(text, { wishes: { duration } }).code, 'ERR_PLAN_DURATION')
  })
})
