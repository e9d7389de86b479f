import type { Located } from '../aws-config/origin.ts'
import { describeOrigin } from '../aws-config/origin.ts'
import { type Level, type Levels, levelSetting } from './levels.ts'
import { formatSeconds, LONGEST_CHAINED_ROLE } from './lifetimes.ts'
import type { Wishes } from './plan-input.ts'
import type { Reason } from './plan-types.ts'
import { refusedValue } from './refused-value.ts'

/** Which MFA device is asked, once, and with which call its code goes. */
export interface Mfa {
  readonly serial: string
  readonly call: 'session-token' | 'first-role'
  /** The command that prints the code. */
  readonly process?: string
  readonly why: readonly Reason[]
  readonly notes: readonly string[]
}

/** What the choice depends on, beside the levels. */
export interface MfaSituation {
  readonly wishes: Wishes
  /** Whether long-lived keys are the source: nothing else can get a session token. */
  readonly fromStoredKeys: boolean
  /** How long the first role shall live, in seconds. */
  readonly firstRoleSeconds: number
}

/**
 * Where in a chain with at least one role MFA is proven, or `undefined` if no level asks for it.
 *
 * AWS takes a code only from the owner of the device, so it can only go with a call that the source signs: the first
 * role's, or a session token's in front of it. One code must do for the chain. A session token is preferred when the
 * source asks for MFA, since it serves many roles; a role's own `mfa_serial` also counts for the roles below it.
 */
export function mfaOfRoles(levels: Levels, situation: MfaSituation): Mfa | undefined {
  const { wishes, fromStoredKeys } = situation
  const ofSource = fromStoredKeys && !isLoneRoleOnOwnKeys(levels) ? serialOf(levels.source, wishes) : undefined
  const askingRole = levels.roles.find(role => serialOf(role, wishes) !== undefined)
  const ofRole = askingRole && serialOf(askingRole, wishes)
  const chosen = ofRole ?? ofSource
  if (chosen === undefined) return undefined
  const call =
    ofSource?.value === chosen.value ? sessionTokenOrNot(situation) : { call: 'first-role' as const, why: [] }
  const asker = ofRole === undefined ? levels.source : (askingRole as Level)
  const { why, ...device } = deviceOf(chosen, asker, levels, wishes)
  return {
    ...device,
    call: call.call,
    why: [...why, ...call.why, ...unusedSource(ofSource, chosen)],
    notes: unusedRoles(levels, chosen, wishes),
  }
}

/** The MFA that goes with the session token of keys that no role is built on. */
export function mfaOfKeys(source: Level, wishes: Wishes): Mfa | undefined {
  const chosen = serialOf(source, wishes)
  if (chosen === undefined) return undefined
  return { ...deviceOf(chosen, source, { source, roles: [] }, wishes), call: 'session-token', notes: [] }
}

/** The MFA device that a level asks for. */
function serialOf(level: Level, wishes: Wishes): Located<string> | undefined {
  const serial = wishes.mfaSerial ?? levelSetting(level, 'mfa_serial')
  if (serial !== undefined) checkSerial(serial)
  return serial
}

/** A serial number as AWS writes them (API reference of STS), and if it is an ARN, one of a device that shows codes. */
function checkSerial({ value, origin }: Located<string>): void {
  const expected = 'expected the ARN of an MFA device, arn:aws:iam::ACCOUNT:mfa/NAME, or a serial number'
  const isArn = value.startsWith('arn:')
  if (!/^[\w+=/:,.@-]{9,256}$/.test(value) || (isArn && !/^arn:aws[a-z-]*:iam::\d{12}:\w/.test(value))) {
    throw refusedValue('mfa_serial', origin, `is not valid: ${expected}`)
  }
  if (isArn && /^arn:[^:]*:iam::\d*:u2f\//.test(value)) {
    throw refusedValue('mfa_serial', origin, `names a security key, which shows no codes: ${expected}`)
  }
}

function deviceOf(
  chosen: Located<string>,
  asker: Level,
  { source, roles }: Levels,
  wishes: Wishes,
): Pick<Mfa, 'serial' | 'process' | 'why'> {
  const sameDevice = (level: Level): boolean => (serialOf(level, wishes) ?? chosen).value === chosen.value
  const candidates = [asker, ...roles.toReversed(), source].filter(sameDevice)
  const process = candidates.map(level => levelSetting(level, 'mfa_process')).find(it => it !== undefined)
  // What the command is stays out of the reasons: a secret may stand in it.
  const printed = process === undefined ? [] : [{ text: 'which mfa_process prints', origin: process.origin }]
  return {
    serial: chosen.value,
    ...(process === undefined ? {} : { process: process.value }),
    why: [{ text: 'with an MFA code', origin: chosen.origin }, ...printed],
  }
}

/** A session token would serve no other role when the keys lie under the role's own name and nothing is built on it. */
function isLoneRoleOnOwnKeys({ source, roles }: Levels): boolean {
  return roles.length === 1 && roles[0]?.name === source.name && !roles[0].isFurther
}

function sessionTokenOrNot({ wishes, firstRoleSeconds }: MfaSituation): Pick<Mfa, 'call' | 'why'> {
  if (!wishes.session) {
    return { call: 'first-role', why: [{ text: 'signed by the keys themselves: --no-session' }] }
  }
  if (firstRoleSeconds > LONGEST_CHAINED_ROLE) {
    const limit = formatSeconds(LONGEST_CHAINED_ROLE)
    return {
      call: 'first-role',
      why: [{ text: `signed by the keys themselves: with a session token the role would live ${limit} at most` }],
    }
  }
  return { call: 'session-token', why: [] }
}

function unusedSource(ofSource: Located<string> | undefined, chosen: Located<string>): Reason[] {
  if (ofSource === undefined || ofSource.value === chosen.value) return []
  return [{ text: `not with the source's device ${ofSource.value}: one code is enough`, origin: ofSource.origin }]
}

function unusedRoles({ roles }: Levels, chosen: Located<string>, wishes: Wishes): string[] {
  return roles.flatMap(role => {
    const serial = serialOf(role, wishes)
    if (serial === undefined || serial.value === chosen.value) return []
    const place = describeOrigin(serial.origin)
    return `mfa_serial of profile ${role.name} (${place}) is not used: AWS takes an MFA code only with the first call of a chain, and ${chosen.value} is asked there`
  })
}
