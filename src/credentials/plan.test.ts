import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ALICE, chainedMfa, config, exchanges, hours, planOf, sameMfa } from '../../test/support/plan-rows.ts'
import type { Origin } from '../aws-config/origin.ts'
import type { PlanStep, Wishes } from './plan.ts'

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
