import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  chained,
  chainedMfa,
  config,
  exchanges,
  hours,
  located,
  planOf,
  rows,
  variable,
} from '../../test/support/plan-rows.ts'
import type { Wishes } from './plan.ts'

describe('a role chained on a role', () => {
  rows([
    {
      it: 'is signed by the role before it',
      config: chained,
      profile: 'r2',
      steps: ['keys src', 'assume-role r1 1h', 'assume-role r2 1h'],
    },
    {
      it: 'three roles',
      config: chained,
      profile: 'r3',
      steps: ['keys src', 'assume-role r1 1h', 'assume-role r2 1h', 'assume-role r3 1h'],
    },
    {
      it: 'three roles with the same MFA device everywhere: one session token first',
      config: chainedMfa,
      profile: 'r3',
      steps: ['keys src', 'session-token src 8h +alice', 'assume-role r1 1h', 'assume-role r2 1h', 'assume-role r3 1h'],
    },
    {
      it: 'three roles with the same MFA device everywhere, --no-session: one code with the first role',
      config: chainedMfa,
      profile: 'r3',
      wishes: { session: false },
      steps: ['keys src', 'assume-role r1 1h +alice', 'assume-role r2 1h', 'assume-role r3 1h'],
    },
    {
      it: 'lives 1 h at most, which is said',
      config: chained,
      profile: 'r2',
      wishes: { duration: hours(4) },
      steps: ['keys src', 'assume-role r1 1h', 'assume-role r2 1h'],
      notes: [/profile r2 live 1h, not 4h/],
    },
    {
      it: 'lives 1 h at most, also with the same MFA device everywhere: the session token stays',
      config: chainedMfa,
      profile: 'r2',
      wishes: { duration: hours(4) },
      steps: ['keys src', 'session-token src 8h +alice', 'assume-role r1 1h', 'assume-role r2 1h'],
      notes: [/profile r2 live 1h, not 4h/],
    },
    {
      it: 'lives as short as is wished',
      config: chained,
      profile: 'r2',
      wishes: { duration: hours(0.25) },
      steps: ['keys src', 'assume-role r1 1h', 'assume-role r2 15m'],
    },
    {
      it: 'cuts duration_seconds and AWS_ASSUME_ROLE_TTL from the second role on',
      config: config(
        'src:',
        'r1: role=One; from=src',
        'r2: role=Two; from=r1; duration_seconds=7200',
        'p: role=Three; from=r2',
      ),
      wishes: { assumeRoleTtl: located(10_800, variable('AWS_ASSUME_ROLE_TTL')) },
      steps: ['keys src', 'assume-role r1 3h', 'assume-role r2 1h', 'assume-role p 1h'],
      notes: [/profile r2 live 1h, not 3h/, /profile p live 1h, not 3h/],
    },
    {
      it: 'keeps the lifetime of its first role, with one code for both',
      config: config(
        'src: mfa=alice',
        'r1: role=One; from=src; mfa=alice; duration_seconds=7200',
        'p: role=Two; from=r1; mfa=alice',
      ),
      steps: ['keys src', 'assume-role r1 2h +alice', 'assume-role p 1h'],
    },
    {
      it: 'MFA on the source alone',
      config: config('src: mfa=alice', 'r1: role=One; from=src', 'p: role=Two; from=r1'),
      steps: ['keys src', 'session-token src 8h +alice', 'assume-role r1 1h', 'assume-role p 1h'],
    },
    {
      it: 'MFA on the first role alone',
      config: config('src:', 'r1: role=One; from=src; mfa=alice', 'p: role=Two; from=r1'),
      steps: ['keys src', 'assume-role r1 1h +alice', 'assume-role p 1h'],
    },
    {
      it: 'MFA on the last role alone goes with the first, since AWS takes no code from a role',
      config: config('src:', 'r1: role=One; from=src', 'p: role=Two; from=r1; mfa=alice'),
      steps: ['keys src', 'assume-role r1 1h +alice', 'assume-role p 1h'],
    },
    {
      it: 'MFA on source and last role: one session token',
      config: config('src: mfa=alice', 'r1: role=One; from=src', 'p: role=Two; from=r1; mfa=alice'),
      steps: ['keys src', 'session-token src 8h +alice', 'assume-role r1 1h', 'assume-role p 1h'],
    },
    {
      it: 'MFA on both roles, not on the source',
      config: config('src:', 'r1: role=One; from=src; mfa=alice', 'p: role=Two; from=r1; mfa=alice'),
      steps: ['keys src', 'assume-role r1 1h +alice', 'assume-role p 1h'],
    },
    {
      it: 'another MFA device on the last role than on the source',
      config: config('src: mfa=alice', 'r1: role=One; from=src', 'p: role=Two; from=r1; mfa=bob'),
      steps: ['keys src', 'assume-role r1 1h +bob', 'assume-role p 1h'],
    },
    {
      it: 'two MFA devices on two roles: the first role counts, and the other is said to be unused',
      config: config('src:', 'r1: role=One; from=src; mfa=alice', 'p: role=Two; from=r1; mfa=bob'),
      steps: ['keys src', 'assume-role r1 1h +alice', 'assume-role p 1h'],
      notes: [/mfa_serial of profile p \(config:\d+ \[profile p\]\) is not used/],
    },
    {
      it: 'source and first role agree, the last role differs',
      config: config('src: mfa=alice', 'r1: role=One; from=src; mfa=alice', 'p: role=Two; from=r1; mfa=bob'),
      steps: ['keys src', 'session-token src 8h +alice', 'assume-role r1 1h', 'assume-role p 1h'],
      notes: [/mfa_serial of profile p .* is not used/],
    },
    {
      it: 'first role with keys under its own name and MFA: a session token serves both',
      config: config('r1: role=One; mfa=alice', 'p: role=Two; from=r1; mfa=alice'),
      keys: ['r1'],
      steps: ['keys r1', 'session-token r1 8h +alice', 'assume-role r1 1h', 'assume-role p 1h'],
    },
    {
      it: 'ends at the first profile that has keys, so that a loop behind it does not matter',
      config: config('src: role=One; from=p', 'p: role=Two; from=src'),
      steps: ['keys src', 'assume-role src 1h', 'assume-role p 1h'],
    },
  ])
})

describe('each role of a chain', () => {
  const chain = config(
    'src:',
    'a: from=src; role=One; session_tags=team=core; transitive_session_tags=team; source_identity=alice; external_id=x1',
    'b: from=a; role=Two; session_tags=step=b; role_session_name=bee',
    'p: from=b; role=Three; transitive_session_tags=, ,; external_id=x3',
  )
  const told = (wishes: Partial<Wishes> = {}): object[] =>
    exchanges(planOf(chain, { wishes })).map(({ step: { parameters } }) => {
      const { roleArn, ...others } = parameters
      return others
    })

  it('is told its own tags, source identity and external id, and none of the others', () => {
    assert.deepEqual(told(), [
      { externalId: 'x1', sourceIdentity: 'alice', sessionTags: { team: 'core' }, transitiveTagKeys: ['team'] },
      { roleSessionName: 'bee', sessionTags: { step: 'b' } },
      { externalId: 'x3' },
    ])
  })

  it('but the last has what the environment says', () => {
    const wishes = {
      roleSessionName: located('me', variable('AWS_ROLE_SESSION_NAME')),
      sessionTags: located('a=b=c, d = e ', variable('AWS_SESSION_TAGS')),
      transitiveTags: located('a', variable('AWS_TRANSITIVE_TAGS')),
      sourceIdentity: located('bob', variable('AWS_SOURCE_IDENTITY')),
    }
    assert.deepEqual(told(wishes).slice(0, 2), told().slice(0, 2))
    assert.deepEqual(told(wishes)[2], {
      ...{ externalId: 'x3', roleSessionName: 'me', sourceIdentity: 'bob' },
      ...{ sessionTags: { a: 'b=c', d: 'e' }, transitiveTagKeys: ['a'] },
    })
  })
})
