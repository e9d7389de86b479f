import { createHash } from 'node:crypto'
import type { Located } from '../aws-config/origin.ts'
import type { Profile } from '../aws-config/profile.ts'
import type { Levels } from './levels.ts'

/**
 * What of a profile counts for a role that it does not name: where calls go, and how long roles live. An external id,
 * tags, a session's name and an MFA device belong to the role that the profile itself names.
 */
const SHARED = new Set(['region', 'endpoint_url', 'sts_regional_endpoints', 'duration_seconds'])

/** Levels with one more role on top, which the credentials of the profile are to assume. */
export function withFurtherRole(levels: Levels, profile: Profile, roleArn: Located<string>): Levels {
  const { name, section, levels: sections } = profile
  const shared: Profile = {
    name,
    section,
    levels: sections,
    get: key => (SHARED.has(key) ? profile.get(key) : undefined),
  }
  const further = { name, profiles: [shared], isTarget: false, roleArn, isFurther: true as const }
  return { ...levels, roles: [...levels.roles, further] }
}

/** The type of session of such a role: each has its own place beside that of the profile's own role. */
export function furtherRoleType(roleArn: string): string {
  return `sts.AssumeRole+role.${createHash('sha256').update(roleArn).digest('hex').slice(0, 16)}`
}
