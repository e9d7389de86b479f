import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  type Asked,
  config,
  flag,
  hours,
  located,
  refusal,
  rows,
  sameMfa,
  variable,
} from '../../test/support/plan-rows.ts'

describe('lifetimes', () => {
  const keys = { keys: ['p'], config: config('p:') }
  const role = { config: config('src:', 'p: role=One; from=src; duration_seconds=7200') }
  const ttl = located(10_800, variable('AWS_SESSION_TOKEN_TTL'))
  rows([
    {
      it: '-d for a session token',
      ...keys,
      wishes: { duration: hours(36) },
      steps: ['keys p', 'session-token p 36h'],
    },
    { it: 'AWS_SESSION_TOKEN_TTL', ...keys, wishes: { sessionTokenTtl: ttl }, steps: ['keys p', 'session-token p 3h'] },
    {
      it: '-d before AWS_SESSION_TOKEN_TTL',
      ...keys,
      wishes: { sessionTokenTtl: ttl, duration: hours(2) },
      steps: ['keys p', 'session-token p 2h'],
    },
    {
      it: 'AWS_CHAINED_SESSION_TOKEN_TTL is for session tokens under roles',
      config: sameMfa,
      wishes: {
        sessionTokenTtl: ttl,
        chainedSessionTokenTtl: located(14_400, variable('AWS_CHAINED_SESSION_TOKEN_TTL')),
      },
      steps: ['keys src', 'session-token src 4h +alice', 'assume-role p 1h'],
    },
    { it: 'duration_seconds', ...role, steps: ['keys src', 'assume-role p 2h'] },
    {
      it: 'AWS_ASSUME_ROLE_TTL before duration_seconds',
      ...role,
      wishes: { assumeRoleTtl: located(2700, variable('AWS_ASSUME_ROLE_TTL')) },
      steps: ['keys src', 'assume-role p 45m'],
    },
    {
      it: '-d before all',
      ...role,
      wishes: { assumeRoleTtl: located(2700, variable('AWS_ASSUME_ROLE_TTL')), duration: hours(12) },
      steps: ['keys src', 'assume-role p 12h'],
    },
    {
      it: "duration_seconds of the source is not the role's",
      config: config('src: duration_seconds=7200', 'p: role=One; from=src'),
      steps: ['keys src', 'assume-role p 1h'],
    },
  ])

  const roleText = config('src:', 'p: role=One; from=src')
  const refused: readonly (Asked & { it: string; config: string; message: RegExp })[] = [
    {
      it: '-d under 15 minutes',
      ...keys,
      wishes: { duration: located(60, flag('duration')) },
      message: /flag --duration is 1m, but AWS gives a session token at least 15m/,
    },
    {
      it: '-d of nothing',
      config: roleText,
      wishes: { duration: located(0, flag('duration')) },
      message: /is 0s, but AWS gives a role at least 15m/,
    },
    { it: 'a session token over 36 h', ...keys, wishes: { duration: hours(37) }, message: /at most 36h/ },
    {
      it: 'a role over 12 h',
      config: roleText,
      wishes: { duration: hours(13) },
      message: /is 13h.* a role at most 12h/,
    },
    {
      it: 'duration_seconds out of range',
      config: config('src:', 'p: role=One; from=src; duration_seconds=43201'),
      message: /duration_seconds at config:5 \[profile p\] is 12h1s.* at most 12h/,
    },
    {
      it: 'duration_seconds that are none',
      config: config('src:', 'p: role=One; from=src; duration_seconds=soon'),
      message: /duration_seconds "soon" at config:5 \[profile p\]/,
    },
    {
      it: 'AWS_CHAINED_SESSION_TOKEN_TTL out of range',
      config: sameMfa,
      wishes: { chainedSessionTokenTtl: located(129_601, variable('AWS_CHAINED_SESSION_TOKEN_TTL')) },
      message: /environment variable AWS_CHAINED_SESSION_TOKEN_TTL is 36h1s/,
    },
  ]
  for (const row of refused) {
    it(`refuses ${row.it}`, () => {
      const error = refusal(row.config, row)
      assert.equal(error.code, 'ERR_CONFIG_VALUE')
      assert.match(error.message, row.message)
    })
  }
})
