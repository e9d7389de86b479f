import { confirmationOf } from './confirmation.ts'
import { endpointOf, regionOf } from './endpoint.ts'
import { furtherRoleType, withFurtherRole } from './further-role.ts'
import { type Level, type Levels, levelsOf, type RoleLevel, withRoleAsSource } from './levels.ts'
import {
  chainedRoleLifetime,
  federationTokenLifetime,
  fixedLifetimeNotes,
  formatSeconds,
  type Lifetime,
  roleLifetime,
  sessionTokenLifetime,
  sourceLifetime,
} from './lifetimes.ts'
import { type Mfa, mfaOfKeys, mfaOfRoles } from './mfa.ts'
import { partitionOfRegion } from './partition.ts'
import type { PlanInput, Wishes } from './plan-input.ts'
import type { Plan, PlanStep, ProviderStep, Reason } from './plan-types.ts'
import { roleParameters, roleReasons, webIdentityParameters } from './role-parameters.ts'
import { type SessionPolicy, sessionPolicyOf, unrestrictable } from './session-policy.ts'
import { followSourceProfiles } from './source-chain.ts'
import { noRoleError, type ProviderSource, type Source } from './sources.ts'

export type { PlanInput, Wishes } from './plan-input.ts'
export type { Plan, PlanStep, ProviderStep, Reason, SessionSlot, StoredKeysStep } from './plan-types.ts'

/** A step, and what the user should be told of it. */
interface Draft {
  readonly step: PlanStep
  readonly notes: readonly string[]
}

type Drafts = readonly [Draft, ...Draft[]]

/**
 * How the credentials of a profile come about: first a source (stored keys, or what a provider makes), then exchanges,
 * each signed by the one before: a session token, roles. Pure: no file, no clock, no environment; the same input gives
 * the same plan. Every rule is a row of plan.test.ts.
 * @throws VaultError ERR_PROFILE_UNKNOWN, ERR_CONFIG_SOURCE_PROFILE, ERR_CREDENTIALS_MISSING for what is not there
 * @throws VaultError ERR_CONFIG_LOOP, ERR_CONFIG_INCLUDE, ERR_CONFIG_SYNTAX, ERR_CONFIG_VALUE for what cannot be meant
 * @throws VaultError ERR_PLAN_POLICY where a session policy is asked for and AWS has no way to it
 * @throws VaultError ERR_PLAN_UNSUPPORTED for a source that we have no provider for, ERR_PLAN_AMBIGUOUS where two
 * plugins claim a profile, ERR_PLAN_NO_ROLE for a web identity without a role, ERR_PLAN_DURATION for a `--duration` that
 * a source cannot meet
 */
export function plan(input: PlanInput): Plan {
  const { wishes } = input
  const { profiles, source } = followSourceProfiles(input)
  const own = levelsOf(profiles, wishes.roleArn)
  const levels = input.furtherRole === undefined ? own : withFurtherRole(own, profiles[0], input.furtherRole)
  const policy = policyOf(levels, input)
  const [first, ...others] =
    source.kind === 'stored-keys'
      ? fromStoredKeys(source, levels, wishes, policy)
      : fromProvider(source, levels, wishes, policy)
  const confirm = confirmationOf(profiles)
  const region = regionOf(levels.roles.at(-1) ?? levels.source, wishes)
  return {
    profile: input.profile,
    ...(region === undefined ? {} : { region }),
    steps: [first.step, ...others.map(({ step }) => step)],
    ...(policy?.file === undefined ? {} : { policyFile: policy.file }),
    ...(confirm === undefined ? {} : { confirm }),
    notes: [...[first, ...others].flatMap(({ notes }) => notes), ...(policy?.notes ?? [])],
  }
}

/** What the credentials that come out are restricted to. The policies that AWS keeps are in every partition. */
function policyOf(levels: Levels, { wishes, config }: PlanInput): SessionPolicy | undefined {
  const role = levels.roles.at(-1)
  const { region = '' } = endpointOf(role ?? levels.source, levels, wishes).address
  const partition = role?.roleArn.value.split(':')[1] ?? partitionOfRegion(region)
  return sessionPolicyOf(role ?? levels.source, config, wishes.policy ?? {}, partition)
}

function fromStoredKeys({ why }: Source, levels: Levels, wishes: Wishes, policy?: SessionPolicy): Drafts {
  const keys: Draft = { step: { kind: 'stored-keys', profile: levels.source.name, why }, notes: [] }
  const [firstRole] = levels.roles
  if (firstRole === undefined) {
    const mfa = mfaOfKeys(levels.source, wishes)
    if (policy !== undefined) return [keys, federationToken(levels, wishes, mfa, policy)]
    if (wishes.forConsole) return [keys, consoleSession(levels, wishes, mfa)]
    return wishes.session ? [keys, sessionToken(levels, wishes, mfa)] : [{ ...keys, notes: bareKeysNotes(wishes, mfa) }]
  }
  const firstRoleSeconds = roleLifetime(firstRole, wishes).seconds
  const mfa = mfaOfRoles(levels, { wishes, fromStoredKeys: true, firstRoleSeconds })
  const token = mfa?.call === 'session-token' ? [sessionToken(levels, wishes, mfa)] : []
  const signer: Signer =
    token.length > 0 ? { text: 'session token', isLongLived: false } : { text: 'stored keys', isLongLived: true }
  return [keys, ...token, ...assumedRoles(levels, wishes, mfa, signer, policy)]
}

function fromProvider(source: ProviderSource, levels: Levels, wishes: Wishes, policy?: SessionPolicy): Drafts {
  if (source.assumesRole) return fromWebIdentity(source, levels, wishes, policy)
  const { provider, parameters, cache, tokens, logins, lifetimeOf, why } = source
  const isResult = levels.roles.length === 0
  if (isResult && policy !== undefined) {
    const reason = `they come from the provider ${provider}, which takes no session policy`
    throw unrestrictable(policy, levels.source.name, reason, 'use a profile that assumes a role with them')
  }
  const lifetime = isResult && lifetimeOf === undefined ? sourceLifetime(wishes) : undefined
  const endpoint = endpointOf(levels.source, levels, wishes)
  const address = source.address ?? endpoint.address
  const whereTo = source.address === undefined ? endpoint.why : []
  const first: Draft = {
    step: {
      kind: 'provider',
      step: { provider, profile: levels.source.name, ...address, ...secondsOf(lifetime), parameters },
      cache,
      ...(tokens && { tokens }),
      ...(logins && { logins }),
      why: [...why, ...(lifetime === undefined ? [] : [lifetime.why]), ...whereTo],
    },
    notes:
      isResult && lifetimeOf !== undefined && !(wishes.forConsole && source.isRole)
        ? fixedLifetimeNotes(lifetimeOf, levels.source.name, wishes)
        : [],
  }
  return [first, ...rolesOn(`provider ${provider}`, levels, wishes, policy)]
}

/** The token of a web identity is good for the role of its own profile; the roles above are chained on that one. */
function fromWebIdentity(source: ProviderSource, given: Levels, wishes: Wishes, policy?: SessionPolicy): Drafts {
  const levels = withRoleAsSource(given)
  if (levels === undefined) throw noRoleError(source, given.source.name)
  const role = levels.source
  const lifetime = roleLifetime(role, wishes)
  const { parameters, unused } = webIdentityParameters(role, wishes)
  const ownPolicy = levels.roles.length === 0 ? policy : undefined
  const first = exchange(source.provider, policedSlot(source.cache.type, ownPolicy), role, {
    levels,
    wishes,
    lifetime,
    mfa: undefined,
    parameters: { ...parameters, ...source.parameters, ...(ownPolicy && policyParameters(ownPolicy)) },
    why: [
      ...source.why,
      { text: `profile ${role.name} assumes a role`, origin: role.roleArn.origin },
      ...(ownPolicy?.why ?? []),
      lifetime.why,
    ],
  })
  const notes = unused.map(
    setting => `${setting} of profile ${role.name} is not used: AWS takes none with a web identity token`,
  )
  return [{ ...first, notes: [...notes, ...first.notes] }, ...rolesOn(`role of ${role.name}`, levels, wishes, policy)]
}

/** The roles that temporary credentials sign for. */
function rolesOn(signer: string, levels: Levels, wishes: Wishes, policy?: SessionPolicy): Draft[] {
  const [firstRole] = levels.roles
  if (firstRole === undefined) return []
  const firstRoleSeconds = chainedRoleLifetime(firstRole, wishes).seconds
  const mfa = mfaOfRoles(levels, { wishes, fromStoredKeys: false, firstRoleSeconds })
  return assumedRoles(levels, wishes, mfa, { text: signer, isLongLived: false }, policy)
}

function sessionToken(levels: Levels, wishes: Wishes, mfa: Mfa | undefined): Draft {
  const lifetime = sessionTokenLifetime(wishes, levels.roles.length > 0)
  const what = { text: `a session token stands in for the long-lived keys of ${levels.source.name}` }
  const underRoles = levels.roles.length > 0
  return exchange('session-token', 'sts.GetSessionToken', levels.source, {
    levels,
    wishes,
    lifetime,
    anyLifetime: underRoles || lifetime.why.origin?.kind === 'default',
    mfa,
    parameters: {},
    why: [what, lifetime.why, ...(mfa?.why ?? [])],
  })
}

/** Keys that may do no more than a policy says. AWS has nothing else for that, and takes no MFA code with it. */
function federationToken(levels: Levels, wishes: Wishes, mfa: Mfa | undefined, policy: SessionPolicy): Draft {
  const { name } = levels.source
  if (!wishes.session && !wishes.forConsole) {
    const hint = 'leave out --no-session, or the policy'
    throw unrestrictable(policy, name, '--no-session hands out the long-lived keys themselves', hint)
  }
  return federatedSession(levels, wishes, mfa, {
    parameters: policyParameters(policy),
    why: [{ text: `${standsIn(name)}, which cannot be restricted otherwise` }, ...policy.why],
    noMfa: 'AWS takes none where keys are restricted by a session policy',
  })
}

/**
 * Keys of a user for the console, which takes no session token: they become a federated session, whose policy says what
 * it may do; this one allows what the keys allow. It is not kept: what is left of an earlier one would make a short visit.
 */
function consoleSession(levels: Levels, wishes: Wishes, mfa: Mfa | undefined): Draft {
  const { step: kept, notes } = federatedSession(levels, wishes, mfa, {
    parameters: { policy: ALLOW_ALL },
    why: [{ text: `${standsIn(levels.source.name)}: the console takes no session token` }],
    noMfa: 'AWS takes none with a federated session; for MFA, use a role',
  })
  const { cache: _, ...step } = kept as ProviderStep
  return { step, notes }
}

const standsIn = (profile: string): string => `a federated session stands in for the long-lived keys of ${profile}`

/** What a federated session is made for. */
interface Federation {
  readonly parameters: ProviderStep['step']['parameters']
  readonly why: readonly Reason[]
  /** Why the MFA device that the profile has is not asked. */
  readonly noMfa: string
}

function federatedSession(levels: Levels, wishes: Wishes, mfa: Mfa | undefined, federation: Federation): Draft {
  const { parameters, why, noMfa } = federation
  const lifetime = federationTokenLifetime(wishes)
  const draft = exchange('federation-token', 'sts.GetFederationToken', levels.source, {
    ...{ levels, wishes, lifetime, mfa: undefined, parameters },
    why: [...why, lifetime.why],
  })
  if (mfa === undefined) return draft
  return { ...draft, notes: [`${mfa.serial} is not asked for a code: ${noMfa}`, ...draft.notes] }
}

/** Takes nothing away: a session may do what its policy and the keys both allow. */
export const ALLOW_ALL: string = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
})

/** Kept apart, so that neither takes the other's place, and the Go tool takes the one for the other. */
const policedSlot = (type: string, policy: SessionPolicy | undefined): string =>
  policy === undefined ? type : `${type}+policy`

/** AWS refuses empty lists. */
const policyParameters = ({ arns }: SessionPolicy): ProviderStep['step']['parameters'] =>
  arns.length === 0 ? {} : { policyArns: arns }

/** What the first role is asked for with. */
interface Signer {
  readonly text: string
  readonly isLongLived: boolean
}

function assumedRoles(
  levels: Levels,
  wishes: Wishes,
  mfa: Mfa | undefined,
  source: Signer,
  targetPolicy?: SessionPolicy,
): Draft[] {
  return levels.roles.map((role, index) => {
    const below = levels.roles[index - 1]
    const isFirst = below === undefined
    const lifetime = isFirst && source.isLongLived ? roleLifetime(role, wishes) : chainedRoleLifetime(role, wishes)
    const ownMfa = isFirst && mfa?.call === 'first-role' ? mfa : undefined
    const policy = index === levels.roles.length - 1 ? targetPolicy : undefined
    const slotType = role.isFurther ? furtherRoleType(role.roleArn.value) : policedSlot('sts.AssumeRole', policy)
    return exchange('assume-role', slotType, role, {
      levels,
      wishes,
      lifetime,
      mfa: ownMfa,
      parameters: { ...roleParameters(role, wishes), ...(policy && policyParameters(policy)) },
      why: [
        { text: `profile ${role.name} assumes a role`, origin: role.roleArn.origin },
        { text: `signed by the ${isFirst ? source.text : `role of ${below.name}`}` },
        ...(policy?.why ?? []),
        lifetime.why,
        ...(ownMfa?.why ?? mfaGivenBefore(mfa)),
        ...roleReasons(role, wishes),
      ],
    })
  })
}

function mfaGivenBefore(mfa: Mfa | undefined): Reason[] {
  if (mfa === undefined) return []
  const first = mfa.call === 'session-token' ? 'the session token' : 'the first role'
  return [{ text: `without an MFA code: ${first} takes it` }]
}

interface ExchangeParts {
  readonly levels: Levels
  readonly wishes: Wishes
  readonly lifetime: Lifetime
  readonly anyLifetime?: boolean
  readonly mfa: Mfa | undefined
  readonly parameters: ProviderStep['step']['parameters']
  readonly why: readonly Reason[]
}

/** A call that trades the credentials of the step before for others. */
function exchange(provider: string, slotType: string, level: Level | RoleLevel, parts: ExchangeParts): Draft {
  const { levels, wishes, lifetime, mfa, why } = parts
  const endpoint = endpointOf(level, levels, wishes)
  const step: ProviderStep = {
    kind: 'provider',
    step: {
      provider,
      profile: level.name,
      ...endpoint.address,
      ...secondsOf(lifetime),
      ...(mfa === undefined ? {} : { mfaSerial: mfa.serial }),
      parameters: { ...parts.parameters, ...endpoint.parameters },
    },
    ...(mfa?.process === undefined ? {} : { mfaProcess: mfa.process }),
    cache: { type: slotType, profile: level.name, serial: mfa?.serial ?? '' },
    ...(parts.anyLifetime ? { anyLifetime: true as const } : {}),
    why: [...why, ...endpoint.why],
  }
  return {
    step,
    notes: [...(lifetime.note === undefined ? [] : [lifetime.note]), ...(mfa?.notes ?? []), ...endpoint.notes],
  }
}

const secondsOf = (lifetime: Lifetime | undefined): { durationSeconds?: number } =>
  lifetime === undefined ? {} : { durationSeconds: lifetime.seconds }

/** What does not happen when the long-lived keys themselves are handed out. */
function bareKeysNotes({ duration }: Wishes, mfa: Mfa | undefined): string[] {
  const keys = 'the program gets the long-lived keys themselves (--no-session)'
  return [
    ...(mfa === undefined ? [] : [`${keys}: ${mfa.serial} is not asked for a code`]),
    ...(duration === undefined ? [] : [`${keys}: they do not end after ${formatSeconds(duration.value)}`]),
  ]
}
