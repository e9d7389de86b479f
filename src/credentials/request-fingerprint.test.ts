import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CredentialStep } from '@aws-vault/plugin-sdk'
import type { Plan, PlanStep } from './plan-types.ts'
import { requestFingerprint } from './request-fingerprint.ts'

const keys = (profile: string): PlanStep => ({ kind: 'stored-keys', profile, why: [] })

const role: CredentialStep = {
  provider: 'assume-role',
  profile: 'r',
  region: 'eu-west-1',
  durationSeconds: 3600,
  parameters: { roleArn: 'arn:aws:iam::111111111111:role/One', sessionTags: { a: '1', b: '2' } },
}

const planOf = (source: PlanStep, ...steps: CredentialStep[]): Plan => ({
  profile: 'r',
  steps: [source, ...steps.map(step => ({ kind: 'provider' as const, step, why: [] }))],
  notes: [],
})

const fingerprint = (step: CredentialStep, source = keys('src')): string => requestFingerprint(planOf(source, step), 1)

describe('the fingerprint of a request', () => {
  it('is a SHA-256 in hex', () => {
    assert.match(fingerprint(role), /^[0-9a-f]{64}$/)
  })

  const same: readonly [string, CredentialStep][] = [
    ['by another profile', { ...role, profile: 'other' }],
    ['in another region of the partition', { ...role, region: 'us-east-1' }],
    [
      'with its parameters in another order',
      { ...role, parameters: { sessionTags: { b: '2', a: '1' }, roleArn: 'arn:aws:iam::111111111111:role/One' } },
    ],
  ]
  for (const [name, step] of same) {
    it(`is the same for the same thing asked ${name}`, () => assert.equal(fingerprint(step), fingerprint(role)))
  }

  it('is the same whatever the reasons, notes and later steps are', () => {
    const one = planOf(keys('src'), role)
    const other: Plan = {
      ...planOf({ ...keys('src'), why: [{ text: 'x' }] }, role, role),
      notes: ['note'],
      region: 'x',
    }
    assert.equal(requestFingerprint(one, 1), requestFingerprint(other, 1))
  })

  const different: readonly [string, CredentialStep][] = [
    ['provider', { ...role, provider: 'other' }],
    ['role', { ...role, parameters: { ...role.parameters, roleArn: 'arn:aws:iam::111111111111:role/Two' } }],
    ['tag', { ...role, parameters: { ...role.parameters, sessionTags: { a: '1', b: '3' } } }],
    ['policy', { ...role, parameters: { ...role.parameters, policy: '{}' } }],
    ['order of a list', { ...role, parameters: { ...role.parameters, transitiveTagKeys: ['a', 'b'] } }],
    ['order of a list (2)', { ...role, parameters: { ...role.parameters, transitiveTagKeys: ['b', 'a'] } }],
    ['partition', { ...role, region: 'cn-north-1' }],
    ['endpoint', { ...role, endpointUrl: 'https://sts.example.com' }],
    ['MFA device', { ...role, mfaSerial: 'GAHT12345678' }],
  ]
  it('differs with everything that matters', () => {
    const all = [role, ...different.map(([, step]) => step)].map(step => fingerprint(step))
    assert.deepEqual(
      all.map(one => all.indexOf(one)),
      [...all.keys()],
      `no two of: role as it is, ${different.map(([name]) => name).join(', ')}`,
    )
  })

  it('differs with what it is made from', () => {
    assert.notEqual(fingerprint(role, keys('other')), fingerprint(role))
    const chained = planOf(keys('src'), { ...role, region: 'cn-north-1' }, role)
    const other = planOf(keys('src'), role, role)
    assert.notEqual(requestFingerprint(chained, 2), requestFingerprint(other, 2))
    assert.notEqual(requestFingerprint(other, 1), requestFingerprint(other, 2))
  })

  it('is the same however long it shall live, which is compared by itself', () => {
    assert.equal(fingerprint({ ...role, durationSeconds: 7200 }), fingerprint(role))
  })

  it("differs with the profile of a plugin's source", () => {
    const source = (profile: string): PlanStep => ({
      kind: 'provider',
      step: { ...role, provider: 'okta', profile },
      why: [],
    })
    assert.notEqual(requestFingerprint(planOf(source('a')), 0), requestFingerprint(planOf(source('b')), 0))
  })
})
