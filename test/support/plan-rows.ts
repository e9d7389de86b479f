import assert from 'node:assert/strict'
import { it } from 'node:test'
import { isVaultError, type VaultError } from '@aws-vault/plugin-sdk'
import type { Located, Origin } from '../../src/aws-config/origin.ts'
import { parseConfig } from '../../src/aws-config/read-config.ts'
import { formatSeconds } from '../../src/credentials/lifetimes.ts'
import {
  type Plan,
  type PlanInput,
  type PlanStep,
  type ProviderStep,
  plan,
  type Wishes,
} from '../../src/credentials/plan.ts'

export const ALICE = 'arn:aws:iam::111111111111:mfa/alice'
export const BOB = 'arn:aws:iam::111111111111:mfa/bob'
export const ONE = 'arn:aws:iam::111111111111:role/One'

/** A config in short, `name: key=value; key=value` for a profile; `from` is source_profile, `role` and `mfa` stand for ARNs. */
export function config(...profiles: string[]): string {
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

export const flag = (name: string): Origin => ({ kind: 'flag', flag: name })
export const variable = (name: string): Origin => ({ kind: 'environment', variable: name })
export const located = <T>(value: T, origin: Origin): Located<T> => ({ value, origin })
export const hours = (count: number): Located<number> => located(count * 3600, flag('duration'))

export interface Asked {
  readonly profile?: string
  readonly keys?: readonly string[]
  readonly claims?: Readonly<Record<string, string>>
  readonly wishes?: Partial<Wishes>
}

export function planOf(text: string, { profile = 'p', keys = ['src'], claims = {}, wishes = {} }: Asked = {}): Plan {
  const input: PlanInput = {
    profile,
    config: parseConfig(text, 'config'),
    storedKeys: new Set(keys),
    wishes: { session: true, ...wishes },
    claims: new Map(Object.entries(claims)),
  }
  return plan(input)
}

export function refusal(text: string, asked: Asked = {}): VaultError {
  try {
    planOf(text, asked)
  } catch (error) {
    if (isVaultError(error)) return error
    throw error
  }
  assert.fail('it was not refused')
}

/** A step in short: `keys src`, `session-token src 8h +alice`, `assume-role r 1h`. */
export function short(step: PlanStep): string {
  if (step.kind === 'stored-keys') return `keys ${step.profile}`
  const { provider, profile, durationSeconds, mfaSerial } = step.step
  const duration = durationSeconds === undefined ? '' : ` ${formatSeconds(durationSeconds)}`
  return `${provider} ${profile}${duration}${mfaSerial === undefined ? '' : ` +${mfaSerial.replace(/.*\//, '')}`}`
}

export const calls = (made: Plan): string[] => made.steps.map(short)
export const exchanges = (made: Plan): ProviderStep[] => made.steps.filter(step => step.kind === 'provider')
export const lastStep = (made: Plan): ProviderStep['step'] => (exchanges(made).at(-1) as ProviderStep).step
export const parameters = (made: Plan): object => lastStep(made).parameters

export interface Row extends Asked {
  readonly it: string
  readonly config: string
  readonly steps: readonly string[]
  /** One expression for each note. */
  readonly notes?: readonly RegExp[]
}

export function rows(table: readonly Row[]): void {
  for (const row of table) {
    it(row.it, () => {
      const made = planOf(row.config, row)
      assert.deepEqual(calls(made), row.steps)
      assert.equal(made.notes.length, row.notes?.length ?? 0, made.notes.join('\n'))
      for (const [index, note] of (row.notes ?? []).entries()) assert.match(made.notes[index] ?? '', note)
    })
  }
}

export const chained = config('src:', 'r1: role=One; from=src', 'r2: role=Two; from=r1', 'r3: role=Three; from=r2')
export const chainedMfa = config(
  'src: mfa=alice',
  'r1: role=One; from=src; mfa=alice',
  'r2: role=Two; from=r1; mfa=alice',
  'r3: role=Three; from=r2; mfa=alice',
)
export const sameMfa = config('src: mfa=alice', 'p: role=One; from=src; mfa=alice')
