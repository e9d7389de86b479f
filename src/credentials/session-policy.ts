import { VaultError } from '@aws-vault/plugin-sdk'
import { describeOrigin, type Located } from '../aws-config/origin.ts'
import { getSetting } from '../aws-config/profile.ts'
import type { ConfigFile, ConfigSection } from '../aws-config/read-config.ts'
import { parseBoolean, parseList } from '../aws-config/values.ts'
import type { Level } from './levels.ts'
import type { PolicyWishes } from './plan-input.ts'
import type { Plan, PlanStep, Reason } from './plan-types.ts'
import { refusedValue } from './refused-value.ts'

/** What the credentials that come out are restricted to: what any of these allows, as far as keys or role may do it. */
export interface SessionPolicy {
  /** The file that the policy stands in, as it was named. */
  readonly file?: Located<string>
  readonly arns: readonly string[]
  readonly why: readonly Reason[]
  /** Said to the user where a policy of the config is not used. */
  readonly notes: readonly string[]
}

/** How many managed policies AWS takes with a session (API reference of STS). */
const MOST_ARNS = 10

const POLICY_ARN = /^arn:aws[a-z-]*:iam::(?:aws|\d{12}):policy\/[\w+=,.@/-]{1,512}$/

/** What was asked for, by flags or by one section of the config. */
interface Asked {
  readonly file?: Located<string> | undefined
  readonly arns?: readonly Located<string>[] | undefined
  readonly readOnly?: Located<boolean> | undefined
}

/**
 * The session policy of the credentials that come out, or `undefined`. AWS allows what any policy of a session allows, so
 * policies from several places would add up to more than each says. Therefore one place alone counts: the flags, or else
 * the nearest section of the profile that has one of the keys. `--no-read-only` leaves `vault_read_only` out.
 * @param partition for the policy that AWS keeps in each
 * @throws VaultError ERR_CONFIG_VALUE for what cannot be one, or for more than AWS takes
 */
export function sessionPolicyOf(
  level: Level,
  config: ConfigFile,
  wishes: PolicyWishes,
  partition: string,
): SessionPolicy | undefined {
  const inConfig = configured(level, config, wishes)
  const { file, arns = [], readOnly } = isAsked(wishes) ? wishes : inConfig
  const managed = arns.flatMap(located => {
    const listed = parseList(located.value)
    // An empty variable of a script must not lift the restriction.
    if (listed.length === 0) throw refusedArn(located)
    return listed.map(arn => ({ ...located, value: checked(arn, located) }))
  })
  if (readOnly?.value === true) {
    managed.push({ value: `arn:${partition}:iam::aws:policy/ReadOnlyAccess`, origin: readOnly.origin })
  }
  const [first] = managed
  if (file === undefined && first === undefined) return undefined
  const names = new Set(managed.map(({ value }) => value))
  if (first !== undefined && names.size > MOST_ARNS) {
    throw refusedValue('the list of policies', first.origin, `has ${names.size}, but AWS takes ${MOST_ARNS} at most`)
  }
  return {
    ...(file === undefined ? {} : { file }),
    arns: [...names],
    why: [
      ...(file === undefined ? [] : [{ text: `restricted to what ${file.value} allows`, origin: file.origin }]),
      ...managed.map(({ value, origin }) => ({ text: `restricted to what ${value} allows`, origin })),
    ],
    notes: isAsked(wishes) ? passedOverNotes(inConfig) : [],
  }
}

/** AWS adds policies up: together they would allow more than each. But whoever counts on the one has to hear of it. */
function passedOverNotes({ file, arns = [] }: Asked): string[] {
  return [...(file ? [file] : []), ...arns].map(
    ({ value, origin }) =>
      `the session policy ${value} (${describeOrigin(origin)}) is not used: the flags take its place`,
  )
}

/** A plan with the text of its policy file in the step that it restricts. */
export function withPolicyDocument(plan: Plan, policy: string): Plan {
  const restrict = (step: PlanStep, index: number): PlanStep =>
    step.kind === 'provider' && index === plan.steps.length - 1
      ? { ...step, step: { ...step.step, parameters: { ...step.step.parameters, policy } } }
      : step
  const [first, ...others] = plan.steps.map(restrict) as [PlanStep, ...PlanStep[]]
  return { ...plan, steps: [first, ...others] }
}

/** The error for a restriction that AWS has no way to. */
export function unrestrictable(policy: SessionPolicy, profile: string, why: string, hint: string): VaultError {
  return new VaultError('ERR_PLAN_POLICY', `the credentials of profile "${profile}" cannot be restricted: ${why}`, {
    hint,
    facts: { profile, policy: policy.file?.value ?? policy.arns[0] },
  })
}

function isAsked({ file, arns, readOnly }: PolicyWishes): boolean {
  return file !== undefined || (arns ?? []).length > 0 || readOnly?.value === true
}

function configured(level: Level, config: ConfigFile, { readOnly }: PolicyWishes): Asked {
  const sections = level.profiles.flatMap(profile => profile.levels)
  const asked = sections.map(section => askedBy(section, config)).find(it => Object.values(it).some(Boolean)) ?? {}
  return readOnly?.value === false ? { ...asked, readOnly } : asked
}

function askedBy(section: ConfigSection, config: ConfigFile): Asked {
  const name = 'vault_read_only'
  const readOnly = getSetting(config, section, name)
  const arns = getSetting(config, section, 'vault_policy_arns')
  return {
    file: getSetting(config, section, 'vault_policy'),
    arns: arns && [arns],
    readOnly: readOnly && { ...readOnly, value: parseBoolean(readOnly.value, { name, origin: readOnly.origin }) },
  }
}

function checked(arn: string, located: Located<string>): string {
  if (POLICY_ARN.test(arn)) return arn
  throw refusedArn(located)
}

function refusedArn({ origin }: Located<string>): VaultError {
  const name = origin.kind === 'flag' ? 'policy-arn' : 'vault_policy_arns'
  return refusedValue(name, origin, 'is not valid: expected ARNs of managed policies, arn:aws:iam::aws:policy/NAME')
}
