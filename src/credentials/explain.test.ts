import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CredentialStep } from '@aws-vault/plugin-sdk'
import type { SessionKey } from '../vault/session-key.ts'
import { type Circumstances, explain, formatExplanation } from './explain.ts'
import type { Plan, ProviderStep, StoredKeysStep } from './plan-types.ts'

const now = Date.UTC(2026, 0, 1)
const inSeconds = (seconds: number): Date => new Date(now + seconds * 1000)
const origin = (line: number) => ({ kind: 'file', file: '/home/a/.aws/config', line, section: 'profile p' }) as const
const usual = { value: 300, origin: { kind: 'default' } } as const

const keys: StoredKeysStep = { kind: 'stored-keys', profile: 'src', why: [{ text: 'keys are stored' }] }
const provider = (name: string, type: string | undefined, more: Partial<CredentialStep> = {}): ProviderStep => ({
  kind: 'provider',
  step: { provider: name, profile: 'p', parameters: {}, ...more },
  ...(type === undefined ? {} : { cache: { type, profile: 'p', serial: '' } }),
  why: [{ text: 'it is asked for', origin: origin(2) }],
})
const planOf = (...steps: ProviderStep[]): Plan => ({ profile: 'p', steps: [keys, ...steps], notes: [] })
const session = (seconds: number, more: Partial<SessionKey> = {}): SessionKey => ({
  ...{ type: 'sts.AssumeRole', profile: 'p', serial: '', expiration: inSeconds(seconds) },
  ...more,
})
const told = (made: Plan, circumstances: Partial<Circumstances> = {}): string =>
  formatExplanation(explain(made, { sessions: [], now, minimum: usual, refresh: false, ...circumstances }), '/home/a')

const token = provider('session-token', 'sts.GetSessionToken')
const role = provider('assume-role', 'sts.AssumeRole')
const flag = (name: string, value: number) => ({ value, origin: { kind: 'flag', flag: name } }) as const

describe('what is known of the cache', () => {
  const rows: readonly [name: string, circumstances: Partial<Circumstances>, line: string][] = [
    ['nothing', {}, 'sts.AssumeRole, no session: one is made and kept'],
    ['a session', { sessions: [session(3000)] }, 'sts.AssumeRole, a session with 50m left'],
    ['the longest of several', { sessions: [session(900), session(3000)] }, 'sts.AssumeRole, a session with 50m left'],
    ['one that has expired', { sessions: [session(0)] }, 'sts.AssumeRole, no session: one is made and kept'],
    [
      'one of another profile',
      { sessions: [session(9, { profile: 'q' })] },
      'sts.AssumeRole, no session: one is made and kept',
    ],
    [
      'one of another device',
      { sessions: [session(9, { serial: 'x' })] },
      'sts.AssumeRole, no session: one is made and kept',
    ],
    [
      'one with a policy',
      { sessions: [session(9, { type: 'sts.AssumeRole+policy' })] },
      'sts.AssumeRole, no session: one is made and kept',
    ],
    [
      'too little time',
      { sessions: [session(299)] },
      'sts.AssumeRole, a session with 4m59s left, less than 5m (built-in default): a new one is made',
    ],
    ['just enough time', { sessions: [session(300)] }, 'sts.AssumeRole, a session with 5m left'],
    [
      'less than is wished',
      { sessions: [session(1800)], minimum: flag('min-ttl', 2700) },
      'sts.AssumeRole, a session with 30m left, less than 45m (flag --min-ttl): a new one is made',
    ],
    [
      'a wish for a new one',
      { sessions: [session(1800)], refresh: true },
      'sts.AssumeRole, a session with 30m left, but a new one is made (flag --refresh)',
    ],
  ]
  for (const [name, circumstances, line] of rows) {
    it(name, () => {
      const text = told(planOf(role), circumstances)
      assert.equal(/^ {3}Cache: (.*)$/m.exec(text)?.[1], line)
      assert.equal(text.includes('only when it is decrypted'), /left$/.test(line), 'said where a session may answer')
    })
  }

  it('a wish for time is for the credentials that come out, not for what signs them', () => {
    const sessions = [session(1800), session(1800, { type: 'sts.GetSessionToken' })]
    const { steps } = explain(planOf(token, role), { sessions, now, minimum: flag('min-ttl', 2700), refresh: false })
    assert.deepEqual(
      steps.map(({ cache }) => [cache?.state, cache?.minimumSeconds, cache?.minimumOrigin.kind]),
      [
        [undefined, undefined, undefined],
        ['usable', 300, 'default'],
        ['too-short', 2700, 'flag'],
      ],
    )
  })

  it('what is never cached', () => assert.match(told(planOf(provider('x', undefined))), /^ {3}Cache: never$/m))
})

describe('the text', () => {
  it('has the steps, and what caused each', () => {
    const made: Plan = {
      ...planOf({
        ...role,
        step: { ...role.step, durationSeconds: 5400, mfaSerial: 'arn:m', parameters: { roleArn: 'arn:r' } },
      }),
      region: 'eu-west-1',
      notes: ['a wish was cut'],
    }
    assert.equal(
      told(made),
      `Credentials of profile p come about in 2 steps, for the region eu-west-1:

1. the long-lived keys stored for profile src
   - keys are stored

2. assume-role for profile p, arn:r, for 1h30m, with a code of arn:m
   - it is asked for (~/.aws/config:2 [profile p])
   Cache: sts.AssumeRole, no session: one is made and kept

Note: a wish was cut`,
    )
  })

  it('of one step', () =>
    assert.match(
      told(planOf()),
      /^Credentials of profile p come about in one step:\n\n1\. [^\n]+\n {3}- keys are stored$/,
    ))
})

it('has no command that may hold a secret, and no name and password of an address', () => {
  const step = {
    ...role,
    mfaProcess: 'oathtool --totp SECRET',
    step: { ...role.step, endpointUrl: 'https://me:SECRET@sts.example.com/' },
  }
  const explanation = explain(planOf(step), { sessions: [], now, minimum: usual, refresh: false })
  assert.equal(explanation.steps[1]?.endpointUrl, 'https://sts.example.com/')
  assert.doesNotMatch(JSON.stringify(explanation) + formatExplanation(explanation, '/home/a'), /SECRET/)
})

it('has of parameters that may hold a secret only the names', () => {
  const parameters = { roleArn: 'arn:r', externalId: 'SECRET', command: 'login SECRET', acme_password: 'SECRET' }
  const step = { ...role, step: { ...role.step, parameters } }
  const explanation = explain(planOf(step), { sessions: [], now, minimum: usual, refresh: false })
  assert.deepEqual(explanation.steps[1]?.parameters, { roleArn: 'arn:r' })
  assert.deepEqual(explanation.steps[1]?.hiddenParameters, ['externalId', 'command', 'acme_password'])
  assert.doesNotMatch(JSON.stringify(explanation), /SECRET/)
})

it('has no control characters in its text', () => {
  const step = { ...role, why: [{ text: 'with session_tags a=\u001b[2Jb' }] }
  assert.match(told(planOf(step)), /a=\\u\{1b\}\[2Jb/)
})
