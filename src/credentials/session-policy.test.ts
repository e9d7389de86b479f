import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Located, Origin } from '../aws-config/origin.ts'
import { parseConfig } from '../aws-config/read-config.ts'
import { type Plan, type ProviderStep, plan, type Wishes } from './plan.ts'
import type { PolicyWishes } from './plan-input.ts'
import { requestFingerprint } from './request-fingerprint.ts'
import { withPolicyDocument } from './session-policy.ts'
import { readWishes } from './wishes.ts'

const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
const AUDIT = 'arn:aws:iam::aws:policy/SecurityAudit'
const flag = (name: string): Origin => ({ kind: 'flag', flag: name })
const located = <T>(value: T, origin: Origin): Located<T> => ({ value, origin })
const readOnly: PolicyWishes = { readOnly: located(true, flag('read-only')) }
const notReadOnly: PolicyWishes = { readOnly: located(false, flag('no-read-only')) }

const role = (name: string, from: string, ...lines: string[]): string =>
  [`[profile ${name}]`, `role_arn = arn:aws:iam::111111111111:role/${name}`, `source_profile = ${from}`, ...lines].join(
    '\n',
  )
const keys = (...lines: string[]): string => ['[profile src]', ...lines].join('\n')
const text = (...sections: string[]): string => sections.join('\n')

function planOf(config: string, profile: string, policy: PolicyWishes = {}, wishes: Partial<Wishes> = {}): Plan {
  return plan({
    profile,
    config: parseConfig(config, 'config'),
    storedKeys: new Set(['src']),
    wishes: { session: true, policy, ...wishes },
    claims: new Map([['okta_app_url', 'okta']]),
  })
}

/** What each step of a plan is, and which policies it has: `assume-role r [ReadOnlyAccess file.json]`. */
function short(made: Plan): string[] {
  return made.steps.map((step, index) => {
    if (step.kind === 'stored-keys') return `keys ${step.profile}`
    const arns = (step.step.parameters.policyArns ?? []) as string[]
    const file = index === made.steps.length - 1 && made.policyFile ? [made.policyFile.value] : []
    const policies = [...arns.map(arn => arn.replace(/.*\//, '')), ...file]
    return `${step.step.provider} ${step.step.profile}${policies.length === 0 ? '' : ` [${policies.join(' ')}]`}`
  })
}
const last = (made: Plan): ProviderStep => made.steps.at(-1) as ProviderStep
const webIdentity = '[profile w]\nrole_arn = arn:aws:iam::111111111111:role/w\nweb_identity_token_file = /token'
const mfa = 'mfa_serial = arn:aws:iam::111111111111:mfa/alice'

describe('a session policy', () => {
  const file: PolicyWishes = { file: located('p.json', flag('policy')) }
  const arns: PolicyWishes = { arns: [located(AUDIT, flag('policy-arn')), located(READ_ONLY, flag('policy-arn'))] }
  const chain = text(keys(mfa), role('r1', 'src', mfa), role('r2', 'r1'))

  const rows: readonly [
    name: string,
    config: string,
    profile: string,
    policy: PolicyWishes,
    steps: readonly string[],
  ][] = [
    [
      'of keys takes GetFederationToken',
      keys(),
      'src',
      readOnly,
      ['keys src', 'federation-token src [ReadOnlyAccess]'],
    ],
    [
      'of a role goes with AssumeRole',
      text(keys(), role('r', 'src')),
      'r',
      readOnly,
      ['keys src', 'assume-role r [ReadOnlyAccess]'],
    ],
    [
      'is for the last role alone',
      chain,
      'r2',
      readOnly,
      ['keys src', 'session-token src', 'assume-role r1', 'assume-role r2 [ReadOnlyAccess]'],
    ],
    [
      'goes with a web identity',
      webIdentity,
      'w',
      { ...file, ...readOnly },
      ['web-identity w [ReadOnlyAccess p.json]'],
    ],
    [
      'is for the role on a web identity',
      text(webIdentity, role('r', 'w')),
      'r',
      readOnly,
      ['web-identity w', 'assume-role r [ReadOnlyAccess]'],
    ],
    [
      'may be several',
      keys(),
      'src',
      { ...file, ...arns },
      ['keys src', 'federation-token src [SecurityAudit ReadOnlyAccess p.json]'],
    ],
    [
      'is named once',
      keys(),
      'src',
      { ...readOnly, ...arns },
      ['keys src', 'federation-token src [SecurityAudit ReadOnlyAccess]'],
    ],
    ['in the profile', keys('vault_read_only = yes'), 'src', {}, ['keys src', 'federation-token src [ReadOnlyAccess]']],
    [
      'in the profile as a file',
      keys('vault_policy = ~/p.json'),
      'src',
      {},
      ['keys src', 'federation-token src [~/p.json]'],
    ],
    [
      'in the profile as a list',
      keys(`vault_policy_arns = ${AUDIT}, ${READ_ONLY}`),
      'src',
      {},
      ['keys src', 'federation-token src [SecurityAudit ReadOnlyAccess]'],
    ],
    [
      'of the profile that has the role',
      text(keys(), role('r', 'src', 'vault_read_only = true')),
      'r',
      {},
      ['keys src', 'assume-role r [ReadOnlyAccess]'],
    ],
    [
      'of a source profile is not for the role',
      text(keys('vault_read_only = true'), role('r', 'src')),
      'r',
      {},
      ['keys src', 'assume-role r'],
    ],
    [
      'of the profile that stands for another',
      text(keys(), '[profile p]\nsource_profile = src\nvault_read_only = true'),
      'p',
      {},
      ['keys src', 'federation-token src [ReadOnlyAccess]'],
    ],
    [
      'is inherited',
      text('[default]\nvault_read_only = true', keys()),
      'src',
      {},
      ['keys src', 'federation-token src [ReadOnlyAccess]'],
    ],
    [
      'of the profile does not add to the inherited one',
      text('[default]\nvault_read_only = true', keys('vault_policy = p.json')),
      'src',
      {},
      ['keys src', 'federation-token src [p.json]'],
    ],
    [
      'can be taken back by the profile',
      text('[default]\nvault_read_only = true', keys('vault_read_only = false')),
      'src',
      {},
      ['keys src', 'session-token src'],
    ],
    [
      'on the command line does not add to that of the profile',
      keys('vault_read_only = true'),
      'src',
      file,
      ['keys src', 'federation-token src [p.json]'],
    ],
    [
      'can be taken back on the command line',
      keys('vault_read_only = true'),
      'src',
      notReadOnly,
      ['keys src', 'session-token src'],
    ],
    [
      'that is a file stays with --no-read-only',
      keys('vault_policy = p.json', 'vault_read_only = true'),
      'src',
      notReadOnly,
      ['keys src', 'federation-token src [p.json]'],
    ],
  ]
  for (const [name, config, profile, policy, steps] of rows) {
    it(name, () => assert.deepEqual(short(planOf(config, profile, policy)), steps))
  }

  it('is of the partition of the role, or of the region', () => {
    const china = text(
      keys('region = cn-north-1'),
      '[profile r]\nsource_profile = src\nrole_arn = arn:aws-us-gov:iam::111111111111:role/r',
    )
    assert.deepEqual(last(planOf(china, 'src', readOnly)).step.parameters.policyArns, [
      'arn:aws-cn:iam::aws:policy/ReadOnlyAccess',
    ])
    assert.deepEqual(last(planOf(china, 'r', readOnly)).step.parameters.policyArns, [
      'arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess',
    ])
  })

  it('says which setting asked for it', () => {
    const made = last(planOf(keys('vault_read_only = true'), 'src'))
    assert.deepEqual(made.why[1], {
      text: `restricted to what ${READ_ONLY} allows`,
      origin: { kind: 'file', file: 'config', line: 2, section: 'profile src' },
    })
  })

  it('has a place of its own in the cache', () => {
    const config = text(keys(), role('r', 'src'))
    assert.equal(last(planOf(config, 'r')).cache?.type, 'sts.AssumeRole')
    assert.equal(last(planOf(config, 'r', readOnly)).cache?.type, 'sts.AssumeRole+policy')
    assert.equal(last(planOf(webIdentity, 'w', readOnly)).cache?.type, 'sts.AssumeRoleWithWebIdentity+policy')
    assert.equal(last(planOf(config, 'src', readOnly)).cache?.type, 'sts.GetFederationToken')
  })

  it('is a part of what a cached session is for', () => {
    const made = planOf(keys(), 'src', file)
    const prints = [
      withPolicyDocument(made, '{"Statement":[]}'),
      withPolicyDocument(made, '{"Statement":[1]}'),
      planOf(keys(), 'src', readOnly),
      planOf(keys(), 'src', arns),
    ]
    assert.equal(new Set(prints.map(it => requestFingerprint(it, 1))).size, prints.length)
  })

  it('takes no MFA code with keys, which is said', () => {
    const made = planOf(keys(mfa), 'src', readOnly)
    assert.equal(last(made).step.mfaSerial, undefined)
    assert.match(made.notes.join(), /mfa\/alice is not asked for a code: AWS takes none/)
  })

  it('lives an hour with keys, or as long as is wished', () => {
    const seconds = (wishes: Partial<Wishes>): number | undefined =>
      last(planOf(keys(), 'src', readOnly, wishes)).step.durationSeconds
    const ttl = readWishes({}, { AWS_FEDERATION_TOKEN_TTL: '2h', AWS_SESSION_TOKEN_TTL: '3h' })
    assert.equal(seconds({}), 3600)
    assert.equal(seconds({ federationTokenTtl: ttl.federationTokenTtl as Located<number> }), 7200)
    assert.equal(
      seconds({
        duration: located(900, flag('duration')),
        federationTokenTtl: ttl.federationTokenTtl as Located<number>,
      }),
      900,
    )
    assert.throws(() => seconds({ duration: located(129_601, flag('duration')) }), {
      code: 'ERR_CONFIG_VALUE',
      message: /a federated session at most 36h/,
    })
  })

  const many = Array.from({ length: 10 }, (_, index) => `arn:aws:iam::111111111111:policy/p${index}`).join(',')
  const refused: readonly [
    name: string,
    config: string,
    policy: PolicyWishes,
    wishes: Partial<Wishes>,
    code: string,
    message: RegExp,
  ][] = [
    [
      'bare keys',
      keys(),
      readOnly,
      { session: false },
      'ERR_PLAN_POLICY',
      /profile "src" cannot be restricted: --no-session/,
    ],
    [
      'a source of a plugin',
      keys('okta_app_url = https://x').replace('src', 'o'),
      readOnly,
      {},
      'ERR_PLAN_POLICY',
      /from the provider okta, which takes no session policy/,
    ],
    [
      'what is no ARN',
      keys(),
      { arns: [located('ReadOnlyAccess', flag('policy-arn'))] },
      {},
      'ERR_CONFIG_VALUE',
      /^policy-arn at flag --policy-arn is not valid/,
    ],
    [
      'what is no list of ARNs',
      keys('vault_policy_arns = x'),
      {},
      {},
      'ERR_CONFIG_VALUE',
      /^vault_policy_arns at config:2 \[profile src\] is not valid/,
    ],
    [
      'neither yes nor no',
      keys('vault_read_only = maybe'),
      {},
      {},
      'ERR_CONFIG_VALUE',
      /^vault_read_only "maybe" at config:2/,
    ],
    [
      'more than AWS takes',
      keys(`vault_policy_arns = ${many}`, 'vault_read_only = true'),
      {},
      {},
      'ERR_CONFIG_VALUE',
      /has 11, but AWS takes 10 at most/,
    ],
  ]
  it('is refused where nothing is named: an empty variable of a script must not lift a restriction', () => {
    for (const value of ['', ' ', ',', ' , ,']) {
      const flag = { value, origin: { kind: 'flag', flag: 'policy-arn' } } as const
      assert.throws(() => planOf(keys(), 'src', { arns: [flag] }), { code: 'ERR_CONFIG_VALUE', message: /policy-arn/ })
    }
  })

  for (const [name, config, policy, wishes, code, message] of refused) {
    it(`is refused: ${name}`, () => {
      const profile = config.includes('okta') ? 'o' : 'src'
      assert.throws(() => planOf(config, profile, policy, wishes), { code, message })
    })
  }

  it('of a role is no matter of --no-session', () => {
    const made = planOf(text(keys(), role('r', 'src')), 'r', readOnly, { session: false })
    assert.deepEqual(short(made), ['keys src', 'assume-role r [ReadOnlyAccess]'])
  })

  it('of the flags says which one of the config it takes the place of', () => {
    const config = keys('vault_policy = narrow.json', `vault_policy_arns = ${AUDIT}`)
    assert.deepEqual(
      planOf(config, 'src', readOnly).notes.map(note => note.replace(/\(.*\)/, '(...)')),
      [
        'the session policy narrow.json (...) is not used: the flags take its place',
        `the session policy ${AUDIT} (...) is not used: the flags take its place`,
      ],
    )
    assert.deepEqual(planOf(config, 'src').notes, [])
  })
})
