import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { refuseCommandLoop } from './command-loop.ts'
import type { Plan, PlanStep } from './plan-types.ts'

const command = (profile: string): PlanStep => ({
  kind: 'provider',
  step: { provider: 'process', profile, parameters: { command: 'cat' } },
  why: [],
})
const keys: PlanStep = { kind: 'stored-keys', profile: 'c', why: [] }
const withMfaProcess = (profile: string): PlanStep => ({
  kind: 'provider',
  step: { provider: 'session-token', profile, parameters: {}, mfaSerial: 'alice' },
  mfaProcess: 'cat',
  why: [],
})
const planOf = (profile: string, source: PlanStep, ...exchanges: PlanStep[]): Plan => ({
  profile,
  steps: [source, ...exchanges],
  notes: [],
})
const inside = (...profiles: string[]) => ({ AWS_VAULT_COMMANDS_OF: JSON.stringify(profiles) })

describe('a command that asks for what it is to give', () => {
  const loops: readonly [name: string, plan: Plan, running: string[], chain: RegExp][] = [
    ['itself', planOf('c', command('c')), ['c'], /\(c -> c\)/],
    ['by way of another command', planOf('c', command('c')), ['b', 'c', 'd'], /\(c -> d -> c\)/],
    ['for an MFA code', planOf('c', keys, withMfaProcess('c')), ['c'], /\(c -> c\)/],
    ['by way of a profile on top', planOf('role', command('c')), ['c'], /\(c -> role -> c\)/],
  ]
  for (const [name, plan, running, chain] of loops) {
    it(`is refused: ${name}`, () => {
      assert.throws(
        () => refuseCommandLoop(plan, inside(...running)),
        error => isVaultError(error, 'ERR_COMMAND_LOOP') && chain.test(error.message),
      )
    })
  }

  it('is none where the source is another one', () => {
    refuseCommandLoop(planOf('c', command('c')), {})
    refuseCommandLoop(planOf('c', command('c')), inside('b'))
    refuseCommandLoop(planOf('c', keys), inside('c'))
  })
})
