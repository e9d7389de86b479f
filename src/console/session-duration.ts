import { describeOrigin, type Located } from '../aws-config/origin.ts'
import { formatSeconds } from '../credentials/lifetimes.ts'
import type { Plan } from '../credentials/plan-types.ts'
import { refusedValue } from '../credentials/refused-value.ts'

/** How long a console session is asked to last, and what the user is told of it. */
export interface SessionDuration {
  /** Seconds, for getSigninToken; absent where AWS takes none: the session then lasts as long as the credentials. */
  readonly seconds?: number
  readonly notes: readonly string[]
}

/** What AWS takes as SessionDuration, in seconds (IAM User Guide, custom identity broker). */
const SHORTEST = 900
const LONGEST = 12 * 3600

/**
 * How long the console session shall last. AWS takes a length with credentials of a role alone, and refuses it with
 * those of a role that other temporary credentials assumed ("role chaining") and with federated sessions. Pure.
 * @param wish `-d`
 * @throws VaultError ERR_CONFIG_VALUE for less than AWS takes
 */
export function sessionDuration(plan: Plan, wish: Located<number> | undefined): SessionDuration {
  if (wish === undefined || !takesDuration(plan)) return { notes: [] }
  const { value, origin } = wish
  if (value < SHORTEST) {
    const limit = `is ${formatSeconds(value)}, but a console session lasts at least ${formatSeconds(SHORTEST)}`
    throw refusedValue('duration', origin, limit)
  }
  if (value <= LONGEST) return { seconds: value, notes: [] }
  const cut = `the console session lasts ${formatSeconds(LONGEST)}, not ${formatSeconds(value)} (${describeOrigin(origin)})`
  return { seconds: LONGEST, notes: [`${cut}: AWS gives no more`] }
}

/** Whether the plan ends in a role that nothing temporary asked for. */
function takesDuration({ steps }: Plan): boolean {
  const last = steps.at(-1)
  if (last?.kind !== 'provider') return false
  const { provider } = last.step
  if (provider === 'assume-role') return steps.at(-2)?.kind === 'stored-keys'
  return steps.length === 1 && (provider === 'sso' || provider === 'web-identity')
}
