import { VaultError } from '@aws-vault/plugin-sdk'
import { describeOrigin, type Located } from '../aws-config/origin.ts'
import { parseSeconds } from '../aws-config/values.ts'
import { levelSetting, type RoleLevel } from './levels.ts'
import type { Wishes } from './plan-input.ts'
import type { Reason } from './plan-types.ts'
import { refusedValue } from './refused-value.ts'

/** How long the credentials of a step shall live, and why. */
export interface Lifetime {
  readonly seconds: number
  readonly why: Reason
  /** Said to the user where a wish could not be met. */
  readonly note?: string
}

const HOUR = 3600

/** What AWS allows, in seconds (API reference of STS: GetSessionToken, AssumeRole). */
const SHORTEST = 900
const LONGEST_SESSION_TOKEN = 36 * HOUR
const LONGEST_ROLE = 12 * HOUR
/** What AWS allows a role that temporary credentials ask for ("role chaining"). */
export const LONGEST_CHAINED_ROLE = HOUR

interface Wish extends Located<number> {
  readonly name: string
}

/**
 * Lifetime of a session token: 1 h, or 8 h when it only signs for roles, so that one MFA code lasts for a day's work.
 * @throws VaultError ERR_CONFIG_VALUE for a wish that AWS would refuse
 */
export function sessionTokenLifetime(wishes: Wishes, underRoles: boolean): Lifetime {
  const wish = underRoles
    ? named('AWS_CHAINED_SESSION_TOKEN_TTL', wishes.chainedSessionTokenTtl)
    : (named('duration', wishes.duration) ?? named('AWS_SESSION_TOKEN_TTL', wishes.sessionTokenTtl))
  if (wish !== undefined) return asWished(wish, LONGEST_SESSION_TOKEN, 'a session token', wishes)
  const seconds = underRoles ? 8 * HOUR : HOUR
  const text = underRoles ? 'lives 8h, so that it can sign for many roles' : 'lives 1h'
  return { seconds, why: { text, origin: { kind: 'default' } } }
}

/**
 * Lifetime of a federated session, which keys with a session policy become: 1 h if nothing else is said.
 * @throws VaultError ERR_CONFIG_VALUE for a wish that AWS would refuse
 */
export function federationTokenLifetime(wishes: Wishes): Lifetime {
  const wish = named('duration', wishes.duration) ?? named('AWS_FEDERATION_TOKEN_TTL', wishes.federationTokenTtl)
  if (wish === undefined) return { seconds: HOUR, why: { text: 'lives 1h', origin: { kind: 'default' } } }
  const lifetime = asWished(wish, LONGEST_SESSION_TOKEN, 'a federated session', wishes)
  if (lifetime.seconds === wish.value) return lifetime
  return { ...lifetime, note: `the console session ${lifetime.why.text}` }
}

/**
 * Lifetime of a role's credentials where long-lived keys sign: 1 h if nothing else is said. `-d` is about the
 * credentials that the user asked for, and about no role on the way there.
 * @throws VaultError ERR_CONFIG_VALUE for a wish that AWS would refuse
 */
export function roleLifetime(role: RoleLevel, wishes: Wishes): Lifetime {
  const wish = roleWish(role, wishes)
  if (wish !== undefined) return asWished(wish, LONGEST_ROLE, 'a role', wishes)
  return { seconds: HOUR, why: { text: 'lives 1h', origin: { kind: 'default' } } }
}

/** The same where temporary credentials sign, of which AWS takes no more than an hour. */
export function chainedRoleLifetime(role: RoleLevel, wishes: Wishes): Lifetime {
  const wished = roleLifetime(role, wishes)
  if (wished.seconds <= LONGEST_CHAINED_ROLE) return wished
  const limit = formatSeconds(LONGEST_CHAINED_ROLE)
  const asked = formatSeconds(roleWish(role, wishes)?.value ?? wished.seconds)
  const because = `AWS gives a role that other temporary credentials ask for no more than ${limit}`
  return {
    seconds: LONGEST_CHAINED_ROLE,
    why: { ...wished.why, text: `lives ${limit} and not ${asked}: ${because}` },
    note: `credentials of profile ${role.name} live ${limit}, not ${asked}: ${because}`,
  }
}

/**
 * Lifetime of what a provider's source gives when that is what the user asked for; `undefined` leaves it to the provider.
 * @throws VaultError ERR_CONFIG_VALUE for a wish that no call of AWS would meet
 */
export function sourceLifetime(wishes: Wishes): Lifetime | undefined {
  const wish = named('duration', wishes.duration)
  return wish === undefined ? undefined : asWished(wish, LONGEST_SESSION_TOKEN, 'temporary credentials', wishes)
}

/**
 * What to say where a wish meets a source that alone decides how long its credentials live.
 * @param decider what decides, as in `credential_process`
 * @throws VaultError ERR_PLAN_DURATION where the wish stands on the command line, and so is meant for this very run
 */
export function fixedLifetimeNotes(decider: string, profile: string, { duration }: Wishes): string[] {
  if (duration === undefined) return []
  const because = `the ${decider} of profile ${profile} decides how long its credentials live`
  if (duration.origin.kind !== 'flag') {
    return [`${because}: ${formatSeconds(duration.value)} (${describeOrigin(duration.origin)}) is not asked for`]
  }
  throw new VaultError('ERR_PLAN_DURATION', `--duration cannot be met: ${because}`, {
    hint: 'leave --duration out',
    facts: { profile, decider },
  })
}

/** Seconds as durations are written: `8h`, `1h30m`, `90s`. */
export function formatSeconds(seconds: number): string {
  const parts = [
    [Math.floor(seconds / HOUR), 'h'],
    [Math.floor((seconds % HOUR) / 60), 'm'],
    [seconds % 60, 's'],
  ] as const
  const text = parts.map(([count, unit]) => (count === 0 ? '' : `${count}${unit}`)).join('')
  return text === '' ? '0s' : text
}

function roleWish(role: RoleLevel, wishes: Wishes): Wish | undefined {
  return (
    (role.isTarget ? named('duration', wishes.duration) : undefined) ??
    named('AWS_ASSUME_ROLE_TTL', wishes.assumeRoleTtl) ??
    configuredLifetime(role)
  )
}

function configuredLifetime(role: RoleLevel): Wish | undefined {
  const name = 'duration_seconds'
  const setting = levelSetting(role, name)
  if (setting === undefined) return undefined
  const { origin } = setting
  return { name, value: parseSeconds(setting.value, { name, origin }), origin }
}

function named(name: string, wish: Located<number> | undefined): Wish | undefined {
  return wish === undefined ? undefined : { ...wish, name }
}

/** What was wished for, if AWS gives it. A visit to the console, which `-d` is about in `login`, is cut and not refused. */
function asWished({ name, value, origin }: Wish, longest: number, what: string, { forConsole }: Wishes): Lifetime {
  if (forConsole && name === 'duration' && value > longest) {
    const wished = `${formatSeconds(value)} (${describeOrigin(origin)})`
    const text = `lasts ${formatSeconds(longest)}, not ${wished}: AWS gives ${what} no more`
    return { seconds: longest, why: { text, origin } }
  }
  const limits: readonly [boolean, string][] = [
    [value < SHORTEST, `at least ${formatSeconds(SHORTEST)}`],
    [value > longest, `at most ${formatSeconds(longest)}`],
  ]
  const broken = limits.find(([isBroken]) => isBroken)
  if (broken !== undefined) {
    throw refusedValue(name, origin, `is ${formatSeconds(value)}, but AWS gives ${what} ${broken[1]}`)
  }
  return { seconds: value, why: { text: `lives ${formatSeconds(value)}`, origin } }
}
