import type { CredentialSource } from '@aws-vault/plugin-sdk'
import type { Located } from '../aws-config/origin.ts'
import type { Container } from '../container.ts'
import type { MfaCodes } from '../credentials/mfa-codes.ts'
import { createMfaCodes, type Obtaining, prepareObtaining } from '../credentials/obtain.ts'
import type { Plan } from '../credentials/plan-types.ts'
import { checkedRoleArn } from '../credentials/role-parameters.ts'
import type { CredentialFlags } from '../credentials/wishes.ts'
import { RenewedPlan } from './renewed-plan.ts'
import { RenewingCredentials } from './renewing-credentials.ts'
import { realTimers } from './timers.ts'

/** The credentials of a profile for an exposure: obtained when first asked for, and renewed once they are served. */
export interface ProfileSource {
  /** How the profile's credentials come about, when it was opened. */
  readonly plan: Plan
  readonly source: CredentialSource
  /**
   * To be called when a server hands them out: from then on they are renewed ahead of their end, and the terminal is no
   * longer ours alone.
   * @throws VaultError ERR_SERVER_LONG_LIVED when they are long-lived keys
   */
  serve(): void
  /**
   * Forgets the credentials if any of these profiles has to do with them, and the plan: the next one who asks gets what
   * can be had then. All are meant if absent. Says whether there was something to forget.
   */
  forget(profiles?: readonly string[]): boolean
  /** Renews nothing any more. */
  close(): void
}

/** How many roles are held for a profile. A program that asks for more gets them, but they are not held together. */
const MAX_ROLES = 100

/**
 * The credentials of a profile, and those of the roles that they may assume.
 * @param mfaCodes those of the other profiles that are served; its own if absent
 * @throws VaultError when the profile cannot be planned
 */
export async function profileSource(
  container: Container,
  profile: string,
  flags: CredentialFlags,
  mfaCodes?: MfaCodes,
): Promise<ProfileSource> {
  const codes = mfaCodes ?? (await createMfaCodes(container, flags['mfa-token']))
  const config = () => container.currentAwsConfig()
  let isFirst = true
  let plan: Plan | undefined
  const plans = new RenewedPlan(config, async () => {
    // A wish for a new session is met once.
    const wishes = isFirst ? flags : { ...flags, refresh: false }
    const obtaining = await prepareObtaining(container, profile, wishes, { mfaCodes: codes })
    isFirst = false
    plan = obtaining.plan
    return obtaining
  })
  const { plan: firstPlan } = await plans.current()
  const region = firstPlan.region === undefined ? {} : { region: firstPlan.region }
  const own = renewing(container, `profile "${profile}"`, plans)
  const roles = new Map<string, Role>()
  let isServing = false

  function forRole(roleArn: string): CredentialSource {
    const held = roles.get(roleArn)
    roles.delete(roleArn)
    const role = held ?? newRole({ value: roleArn, origin: { kind: 'request' } })
    // The last one is the one that was asked for last.
    roles.set(roleArn, role)
    for (const [oldest, { renewing }] of roles) {
      if (roles.size <= MAX_ROLES) break
      renewing.close()
      roles.delete(oldest)
    }
    return role.source
  }

  function newRole(furtherRole: Located<string>): Role {
    checkedRoleArn(furtherRole)
    const plans = new RenewedPlan(config, () =>
      prepareObtaining(container, profile, flags, { furtherRole, mfaCodes: codes }),
    )
    const role = renewing(container, `role ${furtherRole.value}`, plans)
    if (isServing) role.serve()
    return { renewing: role, plans, source: sourceOf(role) }
  }

  const sourceOf = (renewing: RenewingCredentials): CredentialSource => ({
    profile,
    ...region,
    current: () => renewing.current(),
    ready: () => renewing.ready(),
    onChange: listener => renewing.onChange(listener),
  })

  return {
    plan: firstPlan,
    source: { ...sourceOf(own), forRole },
    serve() {
      isServing = true
      container.shareTerminal()
      own.serve()
      for (const { renewing } of roles.values()) renewing.serve()
    },
    forget(profiles) {
      if (profiles !== undefined && plan !== undefined && !isAbout(plan, profiles)) return false
      for (const each of [{ renewing: own, plans }, ...roles.values()]) {
        each.plans.forget()
        each.renewing.forget()
      }
      return true
    },
    close() {
      own.close()
      for (const { renewing } of roles.values()) renewing.close()
    },
  }
}

interface Role {
  readonly renewing: RenewingCredentials
  readonly plans: RenewedPlan<Obtaining>
  readonly source: CredentialSource
}

/** Whether a plan has to do with any of these profiles: their keys, their sessions, or that it is theirs. Pure. */
export function isAbout({ profile, steps }: Plan, profiles: readonly string[]): boolean {
  const names = steps.flatMap(each =>
    each.kind === 'stored-keys' ? [each.profile] : [each.step.profile, ...(each.cache ? [each.cache.profile] : [])],
  )
  return [profile, ...names].some(name => profiles.includes(name))
}

const renewing = ({ clock, logger }: Container, owner: string, plans: RenewedPlan<Obtaining>): RenewingCredentials =>
  new RenewingCredentials({
    owner,
    obtain: async minimumSeconds => (await plans.current()).obtain(minimumSeconds),
    obtainSilently: async minimumSeconds => (await plans.current()).obtainSilently(minimumSeconds),
    ...{ clock, logger, timers: realTimers, random: Math.random },
  })
