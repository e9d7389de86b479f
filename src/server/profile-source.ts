import type { CredentialSource, Credentials } from '@aws-vault/plugin-sdk'
import type { Located } from '../aws-config/origin.ts'
import type { Container } from '../container.ts'
import type { MfaCodes } from '../credentials/mfa-codes.ts'
import { createMfaCodes, prepareObtaining } from '../credentials/obtain.ts'
import type { Plan } from '../credentials/plan-types.ts'
import { checkedRoleArn } from '../credentials/role-parameters.ts'
import type { CredentialFlags } from '../credentials/wishes.ts'
import { RenewingCredentials } from './renewing-credentials.ts'
import { realTimers } from './timers.ts'

/** The credentials of a profile for an exposure: obtained when first asked for, and renewed once they are served. */
export interface ProfileSource {
  /** How the profile's credentials come about. */
  readonly plan: Plan
  readonly source: CredentialSource
  /**
   * To be called when a server hands them out: from then on they are renewed ahead of their end, and the terminal is no
   * longer ours alone.
   * @throws VaultError ERR_SERVER_LONG_LIVED when they are long-lived keys
   */
  serve(): void
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
  const { plan, obtain } = await prepareObtaining(container, profile, flags, { mfaCodes: codes })
  const region = plan.region === undefined ? {} : { region: plan.region }
  const own = renewing(container, `profile "${profile}"`, obtain)
  const roles = new Map<string, { renewing: RenewingCredentials; source: CredentialSource }>()
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

  function newRole(furtherRole: Located<string>) {
    checkedRoleArn(furtherRole)
    let prepared: Promise<{ obtain(minimumSeconds?: number): Promise<Credentials> }> | undefined
    const role = renewing(container, `role ${furtherRole.value}`, async minimumSeconds => {
      prepared ??= prepareObtaining(container, profile, flags, { furtherRole, mfaCodes: codes })
      return (await prepared).obtain(minimumSeconds)
    })
    if (isServing) role.serve()
    return { renewing: role, source: sourceOf(role) }
  }

  const sourceOf = (renewing: RenewingCredentials): CredentialSource => ({
    profile,
    ...region,
    current: () => renewing.current(),
    ready: () => renewing.ready(),
    onChange: listener => renewing.onChange(listener),
  })

  return {
    plan,
    source: { ...sourceOf(own), forRole },
    serve() {
      isServing = true
      container.shareTerminal()
      own.serve()
      for (const { renewing } of roles.values()) renewing.serve()
    },
    close() {
      own.close()
      for (const { renewing } of roles.values()) renewing.close()
    },
  }
}

const renewing = (
  { clock, logger }: Container,
  owner: string,
  obtain: (minimumSeconds?: number) => Promise<Credentials>,
): RenewingCredentials =>
  new RenewingCredentials({ owner, obtain, clock, logger, timers: realTimers, random: Math.random })
