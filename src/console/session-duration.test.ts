import assert from 'node:assert/strict'
import { it } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import type { Plan, PlanStep } from '../credentials/plan-types.ts'
import { sessionDuration } from './session-duration.ts'

const keys: PlanStep = { kind: 'stored-keys', profile: 'work', why: [] }
const step = (provider: string): PlanStep => ({
  kind: 'provider',
  step: { provider, profile: 'work', parameters: {} },
  why: [],
})
const planOf = (...steps: [PlanStep, ...PlanStep[]]): Plan => ({ profile: 'work', steps, notes: [] })
const hours = (value: number) => ({ value: value * 3600, origin: { kind: 'flag', flag: 'duration' } }) as const

const taking: readonly Plan[] = [planOf(keys, step('assume-role')), planOf(step('sso')), planOf(step('web-identity'))]
const notTaking: readonly Plan[] = [
  planOf(keys, step('federation-token')),
  planOf(keys, step('session-token'), step('assume-role')),
  planOf(keys, step('assume-role'), step('assume-role')),
  planOf(step('sso'), step('assume-role')),
  planOf(step('web-identity'), step('assume-role')),
  planOf(step('process')),
  planOf(step('sign-in')),
]

it('a length is asked for where AWS takes one', () => {
  for (const plan of taking) {
    assert.deepEqual(sessionDuration(plan, hours(2)), { seconds: 7200, notes: [] })
    assert.deepEqual(sessionDuration(plan, undefined), { notes: [] })
  }
  for (const plan of notTaking) assert.deepEqual(sessionDuration(plan, hours(2)), { notes: [] })
})

it('a length beyond what AWS gives is cut and said, and one below is refused', () => {
  const [plan] = taking as [Plan]
  assert.deepEqual(sessionDuration(plan, hours(12)), { seconds: 43_200, notes: [] })
  const { seconds, notes } = sessionDuration(plan, hours(13))
  assert.equal(seconds, 43_200)
  assert.match(notes.join(), /lasts 12h, not 13h \(flag --duration\)/)
  assert.deepEqual(sessionDuration(plan, hours(0.25)), { seconds: 900, notes: [] })
  assert.throws(
    () => sessionDuration(plan, hours(0.2)),
    error => isVaultError(error, 'ERR_CONFIG_VALUE'),
  )
})
