import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isVaultError, type VaultError } from '@aws-vault/plugin-sdk'
import type { Located, Origin } from '../aws-config/origin.ts'
import { parseConfig } from '../aws-config/read-config.ts'
import { formatSeconds } from './lifetimes.ts'
import { type Plan, type PlanInput, type PlanStep, type ProviderStep, plan, type Wishes } from './plan.ts'

const ALICE = 'arn:aws:iam::111111111111:mfa/alice'
const BOB = 'arn:aws:iam::111111111111:mfa/bob'
const ONE = 'arn:aws:iam::111111111111:role/One'

/** A config in short, `name: key=value; key=value` for a profile; `from` is source_profile, `role` and `mfa` stand for ARNs. */
function config(...profiles: string[]): string {
  return profiles
    .map(line => {
      const [name = '', settings = ''] = line.split(/: ?(.*)/)
      const lines = settings.split('; ').map(setting => {
        const [key, value = ''] = setting.split(/=(.*)/)
        if (key === 'role') return `role_arn = arn:aws:iam::111111111111:role/${value}`
        if (key === 'mfa') return `mfa_serial = arn:aws:iam::111111111111:mfa/${value}`
        if (key === 'from') return `source_profile = ${value}`
        return key === '' ? '' : `${key} = ${value}`
      })
      return [name === 'default' ? '[default]' : `[profile ${name}]`, ...lines.filter(Boolean)].join('\n')
    })
    .join('\n')
}

const flag = (name: string): Origin => ({ kind: 'flag', flag: name })
const variable = (name: string): Origin => ({ kind: 'environment', variable: name })
const located = <T>(value: T, origin: Origin): Located<T> => ({ value, origin })
const hours = (count: number): Located<number> => located(count * 3600, flag('duration'))

interface Asked {
  readonly profile?: string
  readonly keys?: readonly string[]
  readonly claims?: Readonly<Record<string, string>>
  readonly wishes?: Partial<Wishes>
}

function planOf(text: string, { profile = 'p', keys = ['src'], claims = {}, wishes = {} }: Asked = {}): Plan {
  const input: PlanInput = {
    profile,
    config: parseConfig(text, 'config'),
    storedKeys: new Set(keys),
    wishes: { session: true, ...wishes },
    claims: new Map(Object.entries(claims)),
  }
  return plan(input)
}

function refusal(text: string, asked: Asked = {}): VaultError {
  try {
    planOf(text, asked)
  } catch (error) {
    if (isVaultError(error)) return error
    throw error
  }
  assert.fail('it was not refused')
}

/** A step in short: `keys src`, `session-token src 8h +alice`, `assume-role r 1h`. */
function short(step: PlanStep): string {
  if (step.kind === 'stored-keys') return `keys ${step.profile}`
  const { provider, profile, durationSeconds, mfaSerial } = step.step
  const duration = durationSeconds === undefined ? '' : ` ${formatSeconds(durationSeconds)}`
  return `${provider} ${profile}${duration}${mfaSerial === undefined ? '' : ` +${mfaSerial.replace(/.*\//, '')}`}`
}

const calls = (made: Plan): string[] => made.steps.map(short)
const exchanges = (made: Plan): ProviderStep[] => made.steps.filter(step => step.kind === 'provider')
const lastStep = (made: Plan): ProviderStep['step'] => (exchanges(made).at(-1) as ProviderStep).step
const parameters = (made: Plan): object => lastStep(made).parameters

interface Row extends Asked {
  readonly it: string
  readonly config: string
  readonly steps: readonly string[]
  /** One expression for each note. */
  readonly notes?: readonly RegExp[]
}

function rows(table: readonly Row[]): void {
  for (const row of table) {
    it(row.it, () => {
      const made = planOf(row.config, row)
      assert.deepEqual(calls(made), row.steps)
      assert.equal(made.notes.length, row.notes?.length ?? 0, made.notes.join('\n'))
      for (const [index, note] of (row.notes ?? []).entries()) assert.match(made.notes[index] ?? '', note)
    })
  }
}

const chained = config('src:', 'r1: role=One; from=src', 'r2: role=Two; from=r1', 'r3: role=Three; from=r2')
const chainedMfa = config(
  'src: mfa=alice',
  'r1: role=One; from=src; mfa=alice',
  'r2: role=Two; from=r1; mfa=alice',
  'r3: role=Three; from=r2; mfa=alice',
)
const sameMfa = config('src: mfa=alice', 'p: role=One; from=src; mfa=alice')

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

describe('what AssumeRole is told', () => {
  const role = (settings: string): string => config('src:', `p: role=One; from=src; ${settings}`)

  it('is the role and nothing that was not said', () => {
    assert.deepEqual(parameters(planOf(role(''))), { roleArn: ONE })
  })

  it('is all that the profile says', () => {
    const all = [
      'external_id=ext-1',
      'role_session_name=my.session',
      'session_tags=team = core , cost=a=b',
      'transitive_session_tags= team , cost ,, ',
      'source_identity=alice',
    ]
    assert.deepEqual(parameters(planOf(role(all.join('; ')))), {
      roleArn: ONE,
      externalId: 'ext-1',
      roleSessionName: 'my.session',
      sessionTags: { team: 'core', cost: 'a=b' },
      transitiveTagKeys: ['team', 'cost'],
      sourceIdentity: 'alice',
    })
  })

  it('is, for the named profile alone, what the environment says', () => {
    const made = planOf(
      config(
        'src:',
        'r1: role=One; from=src; session_tags=a=1; role_session_name=one',
        'p: role=Two; from=r1; session_tags=b=2; source_identity=cfg; role_session_name=two',
      ),
      {
        wishes: {
          roleArn: located('arn:aws:iam::111111111111:role/Env', variable('AWS_ROLE_ARN')),
          roleSessionName: located('envname', variable('AWS_ROLE_SESSION_NAME')),
          sessionTags: located('e=9', variable('AWS_SESSION_TAGS')),
          transitiveTags: located('e', variable('AWS_TRANSITIVE_TAGS')),
          sourceIdentity: located('envid', variable('AWS_SOURCE_IDENTITY')),
        },
      },
    )
    assert.deepEqual(
      exchanges(made).map(({ step }) => step.parameters),
      [
        { roleArn: ONE, roleSessionName: 'one', sessionTags: { a: '1' } },
        {
          roleArn: 'arn:aws:iam::111111111111:role/Env',
          roleSessionName: 'envname',
          sessionTags: { e: '9' },
          transitiveTagKeys: ['e'],
          sourceIdentity: 'envid',
        },
      ],
    )
  })

  it('takes a role of another partition, with a path', () => {
    const made = planOf(config('src:', 'p: from=src; role_arn=arn:aws-us-gov:iam::111111111111:role/a/b/Role_+=,.@-'))
    assert.equal(lastStep(made).parameters.roleArn, 'arn:aws-us-gov:iam::111111111111:role/a/b/Role_+=,.@-')
  })

  for (const [setting, message] of [
    ['role_arn=One', /role_arn at config:\d+ \[profile p\] is not valid: expected the ARN/],
    ['role_arn=arn:aws:sts::111111111111:assumed-role/One/me', /role_arn/],
    ['role_arn=arn:aws:iam::1111:role/One', /role_arn/],
    ['role=One; role_session_name=a b', /role_session_name at config/],
    ['role=One; external_id=x', /external_id at config/],
    ['role=One; source_identity=a/b', /source_identity at config/],
    ['role=One; session_tags=team', /session_tags at config/],
  ] as const) {
    it(`refuses ${setting}`, () => {
      const error = refusal(config('src:', `p: from=src; ${setting}`))
      assert.equal(error.code, 'ERR_CONFIG_VALUE')
      assert.match(error.message, message)
      assert.match(error.hint ?? '', /mend line \d of config/)
    })
  }

  it('names the variable when that is what cannot be meant', () => {
    const error = refusal(role(''), { wishes: { roleArn: located('One', variable('AWS_ROLE_ARN')) } })
    assert.match(error.message, /role_arn at environment variable AWS_ROLE_ARN/)
  })
})

describe('where calls go', () => {
  const regional = config(
    'src: region=us-east-2; mfa=alice',
    'r1: role=One; from=src; region=us-west-1',
    'p: role=Two; from=r1; region=us-west-2',
  )
  const regions = (made: Plan): (string | undefined)[] => exchanges(made).map(({ step }) => step.region)

  it('to the region of each level, and the program is told that of the named profile', () => {
    const made = planOf(regional)
    assert.deepEqual(regions(made), ['us-east-2', 'us-west-1', 'us-west-2'])
    assert.equal(made.region, 'us-west-2')
  })

  it('to AWS_REGION for all levels', () => {
    const made = planOf(regional, { wishes: { region: located('eu-central-1', variable('AWS_REGION')) } })
    assert.deepEqual(regions(made), ['eu-central-1', 'eu-central-1', 'eu-central-1'])
    assert.equal(made.region, 'eu-central-1')
  })

  it('to the region of the nearest level where one says none, which the program is not told', () => {
    const made = planOf(config('src: mfa=alice', 'r1: role=One; from=src; region=us-west-1', 'p: role=Two; from=r1'))
    assert.deepEqual(regions(made), ['us-west-1', 'us-west-1', 'us-west-1'])
    assert.equal(made.region, undefined)
    assert.ok(!('region' in made))
  })

  it('to no region where nobody says one', () => {
    assert.deepEqual(regions(planOf(config('p:'), { keys: ['p'] })), [undefined])
  })

  it('to the endpoint of each level', () => {
    const made = planOf(config('src: mfa=alice', 'p: role=One; from=src; endpoint_url=http://127.0.0.1:4566'))
    assert.deepEqual(
      exchanges(made).map(({ step }) => step.endpointUrl),
      [undefined, 'http://127.0.0.1:4566'],
    )
  })

  it('to the endpoint of the environment for all levels', () => {
    const made = planOf(config('src: mfa=alice', 'p: role=One; from=src; endpoint_url=http://127.0.0.1:4566'), {
      wishes: { endpointUrl: located('https://sts.example.com', variable('AWS_ENDPOINT_URL_STS')) },
    })
    assert.deepEqual(
      exchanges(made).map(({ step }) => step.endpointUrl),
      ['https://sts.example.com', 'https://sts.example.com'],
    )
  })

  it('to the global endpoint where sts_regional_endpoints says so', () => {
    const made = planOf(
      config('src: mfa=alice; sts_regional_endpoints=legacy', 'p: role=One; from=src; sts_regional_endpoints=regional'),
    )
    assert.deepEqual(
      exchanges(made).map(({ step }) => step.parameters),
      [{ legacyGlobalEndpoint: true }, { roleArn: ONE }],
    )
  })

  it('to the global endpoint where AWS_STS_REGIONAL_ENDPOINTS says so, but not past an endpoint_url', () => {
    const wishes = { stsRegionalEndpoints: located('legacy', variable('AWS_STS_REGIONAL_ENDPOINTS')) }
    const made = planOf(config('src: mfa=alice', 'p: role=One; from=src; endpoint_url=http://127.0.0.1:4566'), {
      wishes,
    })
    assert.deepEqual(
      exchanges(made).map(({ step }) => step.parameters),
      [{ legacyGlobalEndpoint: true }, { roleArn: ONE }],
    )
  })

  for (const [setting, message] of [
    ['region=a.b/#', /region "a.b\/#" at config:2/],
    ['endpoint_url=localhost:4566', /endpoint_url at config:2 \[profile p\] is not valid/],
    ['sts_regional_endpoints=global', /sts_regional_endpoints at config:2 .* expected legacy or regional/],
  ] as const) {
    it(`refuses ${setting}`, () => {
      const error = refusal(config(`p: ${setting}`), { keys: ['p'] })
      assert.equal(error.code, 'ERR_CONFIG_VALUE')
      assert.match(error.message, message)
    })
  }

  it('refuses a region that the program would be told, also where no call is made', () => {
    const error = refusal(config('p: region=a.b/#'), { keys: ['p'], wishes: { session: false } })
    assert.equal(error.code, 'ERR_CONFIG_VALUE')
  })
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

describe('partitions', () => {
  const regions = {
    'aws-cn': 'cn-northwest-1',
    'aws-us-gov': 'us-gov-east-1',
    'aws-iso': 'us-iso-west-1',
    'aws-iso-b': 'us-isob-west-1',
    'aws-iso-e': 'eu-isoe-west-1',
    'aws-iso-f': 'us-isof-east-1',
    'aws-eusc': 'eusc-de-east-1',
  } as const
  const first = {
    'aws-cn': 'cn-north-1',
    'aws-us-gov': 'us-gov-west-1',
    'aws-iso': 'us-iso-east-1',
    'aws-iso-b': 'us-isob-east-1',
    'aws-iso-e': 'eu-isoe-west-1',
    'aws-iso-f': 'us-isof-south-1',
    'aws-eusc': 'eusc-de-east-1',
  } as const
  const text = (partition: string, region?: string): string =>
    config(
      `src: mfa_serial=arn:${partition}:iam::111111111111:mfa/alice`,
      `p: from=src; role_arn=arn:${partition}:iam::111111111111:role/One; ${region === undefined ? '' : `region=${region}`}`,
      `q: from=p; role_arn=arn:${partition}:iam::111111111111:role/Two; sts_regional_endpoints=legacy`,
    )
  const regionsOf = (made: Plan): (string | undefined)[] => exchanges(made).map(({ step }) => step.region)

  for (const partition of Object.keys(regions) as (keyof typeof regions)[]) {
    it(`${partition}: every call goes to the region that is said, or else to one of the partition`, () => {
      const said = planOf(text(partition, regions[partition]), { profile: 'q' })
      assert.deepEqual(regionsOf(said), [regions[partition], regions[partition], regions[partition]])
      assert.deepEqual(said.notes, [])
      const unsaid = planOf(text(partition), { profile: 'q' })
      assert.deepEqual(regionsOf(unsaid), [first[partition], first[partition], first[partition]])
      assert.equal(unsaid.region, undefined, 'what the program is told is for the user to say')
    })

    it(`${partition}: has no global endpoint`, () => {
      const made = planOf(text(partition, regions[partition]), { profile: 'q' })
      assert.ok(exchanges(made).every(({ step }) => !('legacyGlobalEndpoint' in step.parameters)))
    })

    it(`${partition}: that the region is of another one is said, for each call`, () => {
      for (const region of ['eu-west-1', partition === 'aws-cn' ? 'us-gov-west-1' : 'cn-north-1']) {
        const { notes } = planOf(text(partition, region), { profile: 'p' })
        assert.equal(notes.length, 2)
        assert.match(
          notes[1] ?? '',
          new RegExp(
            `^region ${region} \\(config:\\d+ \\[profile p\\]\\) is not one of the partition ${partition} of arn`,
          ),
        )
      }
    })

    it(`${partition}: its own ReadOnlyAccess`, () => {
      const readOnly = { readOnly: located(true, flag('read-only')) }
      for (const region of [undefined, regions[partition]]) {
        const { policyArns } = parameters(planOf(text(partition, region), { wishes: { policy: readOnly } })) as {
          policyArns?: string[]
        }
        assert.deepEqual(policyArns, [`arn:${partition}:iam::aws:policy/ReadOnlyAccess`])
      }
    })
  }

  it('aws: no region is made up, and one of another partition is said', () => {
    assert.deepEqual(regionsOf(planOf(text('aws'))), [undefined, undefined])
    assert.match(planOf(text('aws', 'cn-north-1')).notes[1] ?? '', /cn-north-1 .* is not one of the partition aws of/)
  })

  it('that nobody knows yet: nothing is made up, and nothing is said', () => {
    assert.deepEqual(regionsOf(planOf(text('aws-moon'))), [undefined, undefined])
    assert.deepEqual(planOf(text('aws-moon', 'moon-north-1')).notes, [])
    assert.deepEqual(planOf(text('aws', 'moon-north-1')).notes, [])
  })

  it('say nothing of an endpoint_url, which is called whatever the region', () => {
    const wishes = { endpointUrl: located('https://sts.example.com', variable('AWS_ENDPOINT_URL')) }
    assert.deepEqual(planOf(text('aws-cn', 'eu-west-1'), { wishes }).notes, [])
  })

  it('count for plain keys by their MFA device, and by AWS_MFA_SERIAL before it', () => {
    const keys = { profile: 'src', keys: ['src'] }
    assert.deepEqual(regionsOf(planOf(text('aws-us-gov'), keys)), ['us-gov-west-1'])
    const mfaSerial = located('arn:aws-cn:iam::111111111111:mfa/alice', variable('AWS_MFA_SERIAL'))
    assert.deepEqual(regionsOf(planOf(text('aws-us-gov'), { ...keys, wishes: { mfaSerial } })), ['cn-north-1'])
  })
})

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

describe('what a plan tells', () => {
  it('where each session is kept', () => {
    assert.deepEqual(
      exchanges(planOf(chainedMfa, { profile: 'r2' })).map(step => step.cache),
      [
        { type: 'sts.GetSessionToken', profile: 'src', serial: ALICE },
        { type: 'sts.AssumeRole', profile: 'r1', serial: '' },
        { type: 'sts.AssumeRole', profile: 'r2', serial: '' },
      ],
    )
    assert.deepEqual(exchanges(planOf(config('src:', 'p: role=One; from=src; mfa=alice')))[0]?.cache, {
      type: 'sts.AssumeRole',
      profile: 'p',
      serial: ALICE,
    })
  })

  const reasons = (step: PlanStep | undefined): [string, Origin['kind'] | undefined][] =>
    (step?.why ?? []).map(({ text, origin }) => [text, origin?.kind])

  it('why each step is there and as it is', () => {
    const [keys, token, role] = planOf(sameMfa, { wishes: { duration: hours(0.5) } }).steps
    assert.deepEqual(reasons(keys), [
      ['keys are stored for profile src', undefined],
      ['profile p takes its credentials from src', 'file'],
    ])
    assert.deepEqual(reasons(token), [
      ['a session token stands in for the long-lived keys of src', undefined],
      ['lives 8h, so that it can sign for many roles', 'default'],
      ['with an MFA code', 'file'],
    ])
    assert.deepEqual(reasons(role), [
      ['profile p assumes a role', 'file'],
      ['signed by the session token', undefined],
      ['lives 30m', 'flag'],
      ['without an MFA code: the session token takes it', undefined],
    ])
  })

  it('why there is no session token', () => {
    const text = (wishes: Partial<Wishes>): string => JSON.stringify(planOf(sameMfa, { wishes }).steps[1]?.why)
    assert.match(text({ session: false }), /--no-session/)
    assert.match(text({ duration: hours(2) }), /with a session token the role would live 1h at most/)
  })

  it("why the source's MFA device is not asked", () => {
    const made = planOf(config('src: mfa=alice', 'p: role=One; from=src; mfa=bob'))
    assert.match(JSON.stringify(made.steps[1]?.why), /not with the source's device .*alice: one code is enough/)
  })

  it('whether a cached session will do that was asked to live for another time', () => {
    const any = (profile: string, wishes: Partial<Wishes> = {}): (true | undefined)[] =>
      exchanges(planOf(sameMfa, { profile, wishes })).map(step => step.anyLifetime)
    assert.deepEqual(any('src'), [true])
    assert.deepEqual(any('src', { duration: hours(2) }), [undefined])
    assert.deepEqual(any('p'), [true, undefined])
    assert.deepEqual(any('p', { chainedSessionTokenTtl: hours(2) }), [true, undefined])
  })

  it('the same for the same input, and as plain data', () => {
    const made = planOf(chainedMfa, { profile: 'r3' })
    assert.deepEqual(planOf(chainedMfa, { profile: 'r3' }), made)
    assert.deepEqual(JSON.parse(JSON.stringify(made)), made)
  })
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
