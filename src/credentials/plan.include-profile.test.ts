import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { config, refusal, rows } from '../../test/support/plan-rows.ts'

describe('include_profile', () => {
  const mfa = 'arn:aws:iam::111111111111:mfa/alice'
  rows([
    {
      it: 'brings settings over several levels',
      config: config(
        'top: role=One; duration_seconds=1800',
        'mid: include_profile=top; from=src',
        'p: include_profile=mid',
        'src:',
      ),
      steps: ['keys src', 'assume-role p 30m'],
    },
    {
      it: 'gives way to what is nearer, key by key',
      config: config(
        'top: role=One; duration_seconds=1800; mfa=bob',
        'mid: include_profile=top; from=src; mfa=alice',
        'p: include_profile=mid; duration_seconds=7200',
        'src:',
      ),
      steps: ['keys src', 'assume-role p 2h +alice'],
    },
    {
      it: 'takes the place of [default], which only the last of the chain falls back to',
      config: config(
        'default: mfa=bob',
        'last: role=One',
        'mid: include_profile=last',
        'p: include_profile=mid; from=src',
        'src: mfa=alice',
      ),
      steps: ['keys src', 'assume-role p 1h +bob'],
    },
    {
      it: 'brings the MFA device of all roles of a chain',
      config: config(
        `common: mfa_serial=${mfa}`,
        'src: include_profile=common',
        'r: include_profile=common; role=One; from=src',
        'p: include_profile=common; role=Two; from=r',
      ),
      steps: ['keys src', 'session-token src 8h +alice', 'assume-role r 1h', 'assume-role p 1h'],
    },
    {
      it: 'brings a source that is no key of its own',
      config: config('login: credential_process=cat', 'p: include_profile=login; role=One'),
      keys: [],
      steps: ['process p', 'assume-role p 1h'],
    },
    {
      it: 'brings a web identity with its role, once',
      config: config('ci: role=One; web_identity_token_file=/t', 'mid: include_profile=ci', 'p: include_profile=mid'),
      keys: [],
      steps: ['web-identity p 1h'],
    },
  ])

  for (const [what, text, chain] of [
    ['of one', config('p: include_profile=p'), /p -> p/],
    ['of two', config('a: include_profile=p', 'p: include_profile=a'), /p -> a -> p/],
    [
      'of three, reached from outside',
      config('a: include_profile=b', 'b: include_profile=c', 'c: include_profile=a', 'p: include_profile=a'),
      /a -> b -> c -> a/,
    ],
    ['in a source', config('p: role=One; from=a', 'a: include_profile=b', 'b: include_profile=a'), /a -> b -> a/],
  ] as const) {
    it(`that goes in a circle ${what} is refused`, () => {
      const error = refusal(text, { keys: text.includes('source_profile') ? ['a'] : ['p', 'a'] })
      assert.equal(error.code, 'ERR_CONFIG_LOOP')
      assert.match(error.message, chain)
    })
  }

  it('of a profile that is not there is refused, on any level', () => {
    for (const text of [config('p: include_profile=no'), config('a: include_profile=no', 'p: include_profile=a')]) {
      assert.equal(refusal(text, { keys: ['p'] }).code, 'ERR_CONFIG_INCLUDE')
    }
  })
})
