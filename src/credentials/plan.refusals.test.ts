import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Asked, config, hours, located, refusal, variable } from '../../test/support/plan-rows.ts'

describe('refusals', () => {
  const refused: readonly (Asked & { it: string; config: string; code: string; message: RegExp; hint?: RegExp })[] = [
    {
      it: 'an unknown profile',
      config: config('prod:', 'dev:'),
      profile: 'prdo',
      code: 'ERR_PROFILE_UNKNOWN',
      message: /no profile "prdo" in config/,
      hint: /"prod"/,
    },
    {
      it: 'an unknown profile although [default] has settings',
      config: config('default: role=One; from=src', 'src:'),
      code: 'ERR_PROFILE_UNKNOWN',
      message: /"p"/,
    },
    {
      it: 'a profile without credentials',
      config: config('p:'),
      code: 'ERR_CREDENTIALS_MISSING',
      message: /no credentials are stored for profile "p"$/,
      hint: /aws-vault add p$/,
    },
    {
      it: 'a chain that ends without credentials',
      config: config('base:', 'r: role=One; from=base', 'p: role=Two; from=r'),
      code: 'ERR_CREDENTIALS_MISSING',
      message: /for profile "base" \(p -> r -> base\)$/,
      hint: /aws-vault add base$/,
    },
    {
      it: 'a profile that is its own source without keys',
      config: config('p: role=One; from=p'),
      code: 'ERR_CREDENTIALS_MISSING',
      message: /for profile "p"$/,
    },
    {
      it: 'a source_profile that does not exist',
      config: config('p: role=One; from=base one'),
      code: 'ERR_CONFIG_SOURCE_PROFILE',
      message: /"base one", at config:3 \[profile p\]/,
      hint: /aws-vault add 'base one'$/,
    },
    {
      it: 'a source_profile that is misspelt',
      config: config('production:', 'p: role=One; from=prodution'),
      code: 'ERR_CONFIG_SOURCE_PROFILE',
      message: /"prodution"/,
      hint: /did you mean "production"/,
    },
    {
      it: 'a loop of two',
      config: config('q: from=p; role=One', 'p: from=q; role=Two'),
      code: 'ERR_CONFIG_LOOP',
      message: /p -> q -> p/,
    },
    {
      it: 'a loop further down',
      config: config('a: from=b', 'b: from=c', 'c: from=a', 'p: from=a'),
      code: 'ERR_CONFIG_LOOP',
      message: /: a -> b -> c -> a/,
    },
    {
      it: 'a loop of include_profile',
      config: config('a: include_profile=p', 'p: include_profile=a'),
      keys: ['p'],
      code: 'ERR_CONFIG_LOOP',
      message: /include_profile/,
    },
    ...[
      ['Environment', /keys in the environment/, /aws-vault add PROFILE --env/],
      ['EcsContainer', /role of the container/, /without aws-vault/],
      ['ec2instancemetadata', /role of the EC2 instance/, /without aws-vault/],
    ].map(([value, message, hint]) => ({
      it: `credential_source = ${value}`,
      config: config(`base: credential_source=${value}`, 'p: role=One; from=base'),
      code: 'ERR_PLAN_UNSUPPORTED',
      message: new RegExp(
        `${value} of profile "base" \\(config:2 \\[profile base\\]\\).*${(message as RegExp).source}`,
      ),
      hint: hint as RegExp,
    })),
    {
      it: 'another credential_source',
      config: config('p: credential_source=Cloud'),
      code: 'ERR_CONFIG_VALUE',
      message: /credential_source at config:2 .*expected Environment, EcsContainer or Ec2InstanceMetadata/,
    },
    {
      it: 'a web identity without a role',
      config: config('base: web_identity_token_file=/token', 'p: role=One; from=base'),
      code: 'ERR_PLAN_NO_ROLE',
      message:
        /profile base has a web_identity_token_file \(config:2 \[profile base\]\), but no role_arn that it is for/,
      hint: /set role_arn in profile "base"/,
    },
    {
      it: 'a web identity of the environment without a role',
      config: config('p:'),
      wishes: { webIdentityTokenFile: located('/token', variable('AWS_WEB_IDENTITY_TOKEN_FILE')) },
      code: 'ERR_PLAN_NO_ROLE',
      message: /environment variable AWS_WEB_IDENTITY_TOKEN_FILE/,
      hint: /set AWS_ROLE_ARN, too/,
    },
    {
      it: 'a web identity with a role that is none',
      config: config('p: role_arn=admin; web_identity_token_file=/token'),
      code: 'ERR_CONFIG_VALUE',
      message: /role_arn at config:2/,
    },
    {
      it: 'a --duration for a credential_process, which decides itself',
      config: config('p: credential_process=cat'),
      wishes: { duration: hours(2) },
      code: 'ERR_PLAN_DURATION',
      message: /credential_process of profile p decides/,
      hint: /leave --duration out/,
    },
  ]
  for (const row of refused) {
    it(`refuses ${row.it}`, () => {
      const error = refusal(row.config, { keys: [], ...row })
      assert.equal(error.code, row.code)
      assert.match(error.message, row.message)
      if (row.hint !== undefined) assert.match(error.hint ?? '', row.hint)
    })
  }
})
