import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  ALICE,
  BOB,
  calls,
  config,
  exchanges,
  hours,
  located,
  ONE,
  planOf,
  refusal,
  rows,
  sameMfa,
  variable,
} from '../../test/support/plan-rows.ts'
import type { Wishes } from './plan.ts'

describe('a role', () => {
  rows([
    {
      it: 'is signed by the keys, without a session token',
      config: config('src:', 'p: role=One; from=src'),
      steps: ['keys src', 'assume-role p 1h'],
    },
    {
      it: 'takes keys that have no section',
      config: config('p: role=One; from=src'),
      steps: ['keys src', 'assume-role p 1h'],
    },
    {
      it: 'with MFA, of a source without',
      config: config('src:', 'p: role=One; from=src; mfa=alice'),
      steps: ['keys src', 'assume-role p 1h +alice'],
    },
    {
      it: 'without MFA, of a source with: a session token proves it',
      config: config('src: mfa=alice', 'p: role=One; from=src'),
      steps: ['keys src', 'session-token src 8h +alice', 'assume-role p 1h'],
    },
    {
      it: 'without MFA, of a source with, longer than 1 h: the role call proves it',
      config: config('src: mfa=alice', 'p: role=One; from=src; duration_seconds=7200'),
      steps: ['keys src', 'assume-role p 2h +alice'],
    },
    {
      it: 'without MFA, of a source with, --no-session: the role call proves it',
      config: config('src: mfa=alice', 'p: role=One; from=src'),
      wishes: { session: false },
      steps: ['keys src', 'assume-role p 1h +alice'],
    },
    {
      it: 'with the MFA device of its source: one session token for many roles',
      config: sameMfa,
      steps: ['keys src', 'session-token src 8h +alice', 'assume-role p 1h'],
    },
    {
      it: 'with the MFA device of its source, from [default]',
      config: config('default: mfa=alice', 'src:', 'p: role=One; from=src'),
      steps: ['keys src', 'session-token src 8h +alice', 'assume-role p 1h'],
    },
    {
      it: 'with the MFA device of its source, from AWS_MFA_SERIAL',
      config: config('src:', 'p: role=One; from=src'),
      wishes: { mfaSerial: located(ALICE, variable('AWS_MFA_SERIAL')) },
      steps: ['keys src', 'session-token src 8h +alice', 'assume-role p 1h'],
    },
    {
      it: 'with the MFA device of its source, AWS_MFA_SERIAL before both',
      config: config('src: mfa=alice', 'p: role=One; from=src; mfa=alice'),
      wishes: { mfaSerial: located(BOB, variable('AWS_MFA_SERIAL')) },
      steps: ['keys src', 'session-token src 8h +bob', 'assume-role p 1h'],
    },
    {
      it: 'with the MFA device of its source, -d 4h: signed by the keys',
      config: sameMfa,
      wishes: { duration: hours(4) },
      steps: ['keys src', 'assume-role p 4h +alice'],
    },
    {
      it: 'with the MFA device of its source, duration_seconds 7200: signed by the keys',
      config: config('src: mfa=alice', 'p: role=One; from=src; mfa=alice; duration_seconds=7200'),
      steps: ['keys src', 'assume-role p 2h +alice'],
    },
    {
      it: 'with the MFA device of its source, AWS_ASSUME_ROLE_TTL 2h: signed by the keys',
      config: sameMfa,
      wishes: { assumeRoleTtl: located(7200, variable('AWS_ASSUME_ROLE_TTL')) },
      steps: ['keys src', 'assume-role p 2h +alice'],
    },
    {
      it: 'with the MFA device of its source, duration_seconds 3600: a session token',
      config: config('src: mfa=alice', 'p: role=One; from=src; mfa=alice; duration_seconds=3600'),
      steps: ['keys src', 'session-token src 8h +alice', 'assume-role p 1h'],
    },
    {
      it: 'with the MFA device of its source, -d 30m: is about the role alone',
      config: sameMfa,
      wishes: { duration: hours(0.5) },
      steps: ['keys src', 'session-token src 8h +alice', 'assume-role p 30m'],
    },
    {
      it: 'with the MFA device of its source, --no-session: signed by the keys',
      config: sameMfa,
      wishes: { session: false },
      steps: ['keys src', 'assume-role p 1h +alice'],
    },
    {
      it: 'with another MFA device than its source: its own only',
      config: config('src: mfa=alice', 'p: role=One; from=src; mfa=bob'),
      steps: ['keys src', 'assume-role p 1h +bob'],
    },
    {
      it: 'of keys under its own name',
      config: config('p: role=One'),
      keys: ['p'],
      steps: ['keys p', 'assume-role p 1h'],
    },
    {
      it: 'of keys under its own name, with MFA',
      config: config('p: role=One; mfa=alice'),
      keys: ['p'],
      steps: ['keys p', 'assume-role p 1h +alice'],
    },
    {
      it: 'of keys under its own name, with MFA and a source_profile that names it',
      config: config('p: role=One; mfa=alice; from=p'),
      keys: ['p'],
      steps: ['keys p', 'assume-role p 1h +alice'],
    },
    {
      it: 'of keys under its own name, before its source_profile',
      config: config('src:', 'p: role=One; from=src'),
      keys: ['p', 'src'],
      steps: ['keys p', 'assume-role p 1h'],
    },
    {
      it: 'made of plain keys by AWS_ROLE_ARN',
      config: config('p: mfa=alice'),
      keys: ['p'],
      wishes: { roleArn: located(ONE, variable('AWS_ROLE_ARN')) },
      steps: ['keys p', 'assume-role p 1h +alice'],
    },
    {
      it: 'in [default] is assumed once by who inherits it, not once more by the source that inherits it too',
      config: config('default: role=One; from=src', 'src:', 'p:'),
      steps: ['keys src', 'assume-role p 1h'],
    },
    {
      it: 'in [default] is assumed once also when the source is named elsewhere',
      config: config('default: role=One', 'src:', 'p: from=src'),
      steps: ['keys src', 'assume-role p 1h'],
    },
    {
      it: 'from include_profile is assumed once when its source includes the same',
      config: config('common: role=One', 'src: include_profile=common', 'p: include_profile=common; from=src'),
      steps: ['keys src', 'assume-role p 1h'],
    },
  ])
})

describe('MFA devices', () => {
  it('may have a serial number instead of an ARN', () => {
    assert.deepEqual(calls(planOf(config('p: mfa_serial=GAHT12345678'), { keys: ['p'] })), [
      'keys p',
      'session-token p 1h +GAHT12345678',
    ])
  })

  for (const [serial, message] of [
    ['alice', /mfa_serial at config:2 \[profile p\] is not valid: expected the ARN/],
    ['arn:aws:iam::111111111111:mfa/al ice', /is not valid/],
    ['arn:aws:sts::111111111111:mfa/alice', /is not valid/],
    ['arn:aws:iam::111111111111:u2f/user/alice/key', /security key, which shows no codes/],
  ] as const) {
    it(`cannot be ${serial}`, () => {
      const error = refusal(config(`p: mfa_serial=${serial}`), { keys: ['p'] })
      assert.equal(error.code, 'ERR_CONFIG_VALUE')
      assert.match(error.message, message)
    })
  }

  const processes = (text: string, wishes: Partial<Wishes> = {}): (string | undefined)[] =>
    exchanges(planOf(text, { wishes })).map(step => step.mfaProcess)

  it('have the mfa_process of the profile that asks', () => {
    assert.deepEqual(
      processes(config('src: mfa=alice; mfa_process=source', 'p: role=One; from=src; mfa=bob; mfa_process=role')),
      ['role'],
    )
    assert.deepEqual(processes(config('src: mfa=alice; mfa_process=source', 'p: role=One; from=src')), [
      'source',
      undefined,
    ])
  })

  it('have the mfa_process of another profile with the same device', () => {
    const text = config('src: mfa=alice; mfa_process=source', 'p: role=One; from=src; mfa=alice; duration_seconds=7200')
    assert.deepEqual(processes(text), ['source'])
  })

  it('have no mfa_process of another device', () => {
    assert.deepEqual(processes(config('src: mfa=alice; mfa_process=source', 'p: role=One; from=src; mfa=bob')), [
      undefined,
    ])
  })
})
