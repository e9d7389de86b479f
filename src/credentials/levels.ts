import type { Located, Origin } from '../aws-config/origin.ts'
import type { Profile } from '../aws-config/profile.ts'

/**
 * What one call is made for: the profile that has the `role_arn` (or, at the source, the credentials), and in front of
 * it those that only stand for it, by a `source_profile` without a `role_arn`.
 */
export interface Level {
  /** The profile that the call is made for. */
  readonly name: string
  /** Where settings are looked for, in this order. */
  readonly profiles: readonly Profile[]
}

/** A level that assumes a role. */
export interface RoleLevel extends Level {
  /** Whether its credentials are the ones that the user asked for. */
  readonly isTarget: boolean
  readonly roleArn: Located<string>
  /** Whether no profile names it: see further-role.ts. */
  readonly isFurther?: true
}

/** The calls that a chain of source profiles comes to. */
export interface Levels {
  readonly source: Level
  /** Each signed by the one before it, the first by the source. */
  readonly roles: readonly RoleLevel[]
}

/** The value of `key` (lower case) for a level. */
export function levelSetting(level: Level, key: string): Located<string> | undefined {
  for (const profile of level.profiles) {
    const setting = profile.get(key)
    if (setting !== undefined) return setting
  }
  return undefined
}

/**
 * Sorts a chain of profiles into levels.
 * @param profiles from the named one to the one that has the credentials
 * @param roleArnOverride counts for the named profile, before what it says itself
 */
export function levelsOf(profiles: readonly [Profile, ...Profile[]], roleArnOverride?: Located<string>): Levels {
  const [target] = profiles
  const roles: RoleLevel[] = []
  let standing: Profile[] = []
  for (const profile of profiles) {
    standing.push(profile)
    const roleArn = (profile === target ? roleArnOverride : undefined) ?? profile.get('role_arn')
    // A source that inherits the very line that brought its user there ([default], include_profile) is no second role.
    if (roleArn === undefined || isSameLine(roleArn.origin, roles[0]?.roleArn.origin)) continue
    roles.unshift({ name: profile.name, profiles: standing, isTarget: standing.includes(target), roleArn })
    standing = []
  }
  // A role that is assumed from keys under its own name leaves no profile for the source but itself.
  const last = profiles.at(-1) ?? target
  const source = standing.length > 0 ? standing : [last]
  return { source: { name: last.name, profiles: source }, roles }
}

/**
 * The levels of a source that assumes the role of its own profile: that role is the source, and the roles above it are
 * signed by it.
 * @returns undefined where the profile of the source has no role
 */
export function withRoleAsSource({ source, roles }: Levels): (Levels & { readonly source: RoleLevel }) | undefined {
  const [own, ...above] = roles
  const isOwn =
    own?.name === source.name || source.profiles.some(it => isSameLine(it.get('role_arn')?.origin, own?.roleArn.origin))
  if (own === undefined || !isOwn) return undefined
  const profiles = [...new Set([...own.profiles, ...source.profiles])]
  return { source: { ...own, name: source.name, profiles }, roles: above }
}

function isSameLine(one: Origin | undefined, other: Origin | undefined): boolean {
  return one?.kind === 'file' && other?.kind === 'file' && one.file === other.file && one.line === other.line
}
