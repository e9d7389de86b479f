import { hash } from 'node:crypto'

/** The key that says that a profile is ours to change: `vault_sso_generated = SESSION FINGERPRINT`. */
export const MARK = 'vault_sso_generated'

/** A profile as `sso configure` writes it. */
export interface GeneratedProfile {
  readonly name: string
  readonly session: string
  readonly accountId: string
  readonly roleName: string
  /** Absent where nobody asked for one: `[default]`'s is then inherited, or the user's own added. */
  readonly region?: string
}

/** The settings of a generated profile, in the order in which they are written. */
export function settingsOf(profile: GeneratedProfile): [key: string, value: string][] {
  const { session, accountId, roleName, region } = profile
  return [
    ['sso_session', session],
    ['sso_account_id', accountId],
    ['sso_role_name', roleName],
    ...(region === undefined ? [] : [['region', region] as [string, string]]),
    [MARK, markOf(profile)],
  ]
}

/** The section of a generated profile, line by line. */
export function sectionOf(profile: GeneratedProfile): string[] {
  return [`[profile ${profile.name}]`, ...settingsOf(profile).map(([key, value]) => `${key} = ${value}`)]
}

/** The value of the mark. The fingerprint tells whether what is beside it is still what we wrote. */
export function markOf({ name, session, accountId, roleName, region }: GeneratedProfile): string {
  const written = JSON.stringify([name, session, accountId, roleName, region ?? null])
  return `${session} ${hash('sha256', written).slice(0, 12)}`
}

/** The session that a mark names; `undefined` for what is no mark of ours. */
export function sessionOfMark(mark: string): string | undefined {
  return /^(.+) [0-9a-f]{12}$/.exec(mark)?.[1]
}
