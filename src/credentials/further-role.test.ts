import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseConfig } from '../aws-config/read-config.ts'
import { decodeSessionKey, encodeSessionKey, isOfType } from '../vault/session-key.ts'
import { formatSeconds } from './lifetimes.ts'
import { type Plan, type PlanStep, plan } from './plan.ts'
import { requestFingerprint } from './request-fingerprint.ts'

const role = (name: string): string => `arn:aws:iam::111111111111:role/${name}`
const MFA = 'mfa_serial = arn:aws:iam::111111111111:mfa/alice'

function planOf(config: string, furtherRole?: string, keys = ['src']): Plan {
  return plan({
    profile: 'p',
    config: parseConfig(config, 'config'),
    storedKeys: new Set(keys),
    wishes: { session: true },
    claims: new Map(),
    ...(furtherRole && { furtherRole: { value: furtherRole, origin: { kind: 'request' } } }),
  })
}

function short(step: PlanStep): string {
  if (step.kind === 'stored-keys') return `keys ${step.profile}`
  const { provider, durationSeconds = 0, mfaSerial, parameters } = step.step
  const arn = typeof parameters.roleArn === 'string' ? ` ${parameters.roleArn.replace(/.*\//, '')}` : ''
  return `${provider}${arn} ${formatSeconds(durationSeconds)}${mfaSerial === undefined ? '' : ' +mfa'}`
}

describe('a role beyond what the profile says', () => {
  const rows: readonly [name: string, config: string, keys: string[], steps: string[]][] = [
    ['on stored keys', '[profile p]', ['p'], ['keys p', 'assume-role Further 1h']],
    [
      'on stored keys with MFA: one code for many roles',
      `[profile p]\n${MFA}`,
      ['p'],
      ['keys p', 'session-token 8h +mfa', 'assume-role Further 1h'],
    ],
    [
      'on a role, whose session signs',
      `[profile src]\n[profile p]\nsource_profile = src\nrole_arn = ${role('Own')}`,
      ['src'],
      ['keys src', 'assume-role Own 1h', 'assume-role Further 1h'],
    ],
    [
      'on a role with MFA',
      `[profile src]\n[profile p]\nsource_profile = src\nrole_arn = ${role('Own')}\n${MFA}`,
      ['src'],
      ['keys src', 'assume-role Own 1h +mfa', 'assume-role Further 1h'],
    ],
    [
      "for as long as the profile's roles live",
      `[profile src]\n[profile p]\nsource_profile = src\nrole_arn = ${role('Own')}\nduration_seconds = 1800`,
      ['src'],
      ['keys src', 'assume-role Own 30m', 'assume-role Further 30m'],
    ],
  ]
  for (const [name, config, keys, steps] of rows) {
    it(name, () => assert.deepEqual(planOf(config, role('Further'), keys).steps.map(short), steps))
  }

  const withAll = `[profile src]\n[profile p]\nsource_profile = src\nrole_arn = ${role('Own')}\nexternal_id = secret-of-own
session_tags = a=b\nrole_session_name = own-name\nregion = eu-west-1\nvault_read_only = true`

  it("takes its place's settings from the profile, and nothing that belongs to the profile's own role", () => {
    const step = planOf(withAll, role('Further')).steps.at(-1)
    assert.ok(step?.kind === 'provider')
    assert.equal(step.step.region, 'eu-west-1')
    assert.deepEqual(step.step.parameters, {
      roleArn: role('Further'),
      policyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
    })
  })

  it("is restricted by the profile's session policy: a program cannot ask its way around it", () => {
    for (const keys of [['src'], ['p']]) {
      const step = planOf(withAll, role('Further'), keys).steps.at(-1)
      assert.ok(step?.kind === 'provider' && step.step.parameters.policyArns !== undefined)
    }
  })

  it("has a place of its own in the keyring, and shares the session beneath with the profile's", () => {
    const config = `[profile src]\n[profile p]\nsource_profile = src\nrole_arn = ${role('Own')}`
    const own = planOf(config)
    const one = planOf(config, role('One'))
    const other = planOf(config, role('Two'))
    const slots = [own, one, other].map(({ steps }) => {
      const step = steps.at(-1)
      return step?.kind === 'provider' && step.cache ? encodeSessionKey(step.cache, new Date(0)) : ''
    })
    assert.equal(new Set(slots).size, 3)
    for (const slot of slots) {
      assert.equal(decodeSessionKey(slot)?.profile, 'p', 'goes when the profile is cleared or removed')
      assert.ok(isOfType(slot, 'sts.AssumeRole'))
    }
    assert.equal(requestFingerprint(own, 1), requestFingerprint(one, 1))
  })

  it('has to be the ARN of a role', () => {
    for (const arn of ['', 'x', 'arn:aws:iam::1:role/x', 'arn:aws:iam::111111111111:user/x', `${role('x')} y`]) {
      if (arn === '') continue
      assert.throws(() => planOf('[profile p]', arn, ['p']), { code: 'ERR_CONFIG_VALUE' }, arn)
    }
  })
})
