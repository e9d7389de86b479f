import { isVaultError } from '@aws-vault/plugin-sdk'
import { loginSession } from '../aws-config/login-session.ts'
import { profileNames, resolveProfile } from '../aws-config/profile.ts'
import type { ConfigFile } from '../aws-config/read-config.ts'
import { ssoStartUrl } from '../aws-config/sso-start-url.ts'
import type { StoredSession } from './session-cache.ts'

/** What there is under one name. */
export interface VaultRow {
  /** The profile's name, or the name under which credentials or sessions are stored. */
  readonly profile: string
  /** Whether the AWS config has a profile of that name. */
  readonly configured: boolean
  /** Whether long-lived keys are stored for it. */
  readonly credentials: boolean
  /** Its live sessions. */
  readonly sessions: readonly {
    readonly type: string
    readonly mfaSerial?: string
    /** The role that the profile has now, for sessions of a role; what it was when they were made is in them alone. */
    readonly role?: string
    readonly expiration: string
    readonly secondsLeft: number
  }[]
  /** Start URLs of the SSO portals for which there is a token. */
  readonly ssoTokens: readonly string[]
  /** The `login_session` for which there is a sign-in; absent if there is none. */
  readonly signIns?: readonly string[]
}

/** What is known of a vault without decrypting anything. */
export interface VaultContents {
  /** Names under which long-lived keys are stored. */
  readonly credentials: readonly string[]
  readonly sessions: readonly StoredSession[]
  /** Start URLs of SSO portals. */
  readonly ssoTokens: readonly string[]
  /** Those `login_session`s for which there is a sign-in. */
  readonly signIns?: readonly string[]
}

/**
 * Profiles in the order of the config file, then names that only the vault knows. Expired sessions are left out. Pure.
 * @param now milliseconds since 1970
 */
export function listVault(config: ConfigFile, contents: VaultContents, now: number): VaultRow[] {
  const configured = profileNames(config)
  const isConfigured = new Set(configured)
  const credentials = new Set(contents.credentials)
  const sessions = Map.groupBy(
    contents.sessions.filter(session => session.expiration.getTime() > now),
    session => session.profile,
  )
  const ssoTokens = byProfile(configured, contents.ssoTokens, name => ssoStartUrl(config, name))
  const signIns = byProfile(configured, contents.signIns ?? [], name => loginSession(config, name))
  const names = new Set([
    ...configured,
    ...[...credentials].sort(),
    ...[...sessions.keys(), ...ssoTokens.keys(), ...signIns.keys()].sort(),
  ])
  return [...names].map(profile => ({
    profile,
    configured: isConfigured.has(profile),
    credentials: credentials.has(profile),
    sessions: (sessions.get(profile) ?? []).map(({ type, serial, expiration }) => ({
      type,
      ...(serial === '' ? {} : { mfaSerial: serial }),
      ...(isRoleSession.test(type) ? roleOf(config, profile) : {}),
      expiration: expiration.toISOString(),
      secondsLeft: Math.floor((expiration.getTime() - now) / 1000),
    })),
    ssoTokens: ssoTokens.get(profile) ?? [],
    ...(signIns.has(profile) ? { signIns: signIns.get(profile) ?? [] } : {}),
  }))
}

/** Not those of roles that the config does not name. */
const isRoleSession = /^sts\.AssumeRole(?!\+role\.)/

/** Nothing where the config does not say it, or is broken there: a list is no place to complain of that. */
function roleOf(config: ConfigFile, name: string): { role?: string } {
  try {
    const setting = resolveProfile(config, name).get('role_arn')
    return setting === undefined ? {} : { role: setting.value }
  } catch (error) {
    if (isVaultError(error)) return {}
    throw error
  }
}

/** A login is its profiles'; one of no profile stands under its own name: a start URL, or a `login_session`. */
function byProfile(
  profiles: readonly string[],
  logins: readonly string[],
  loginOf: (profile: string) => string | undefined,
): Map<string, string[]> {
  const owners = new Map<string, string[]>()
  if (logins.length === 0) return owners
  const byLogin = Map.groupBy(profiles, loginOf)
  for (const login of logins) {
    for (const owner of byLogin.get(login) ?? [login]) owners.set(owner, [...(owners.get(owner) ?? []), login])
  }
  return owners
}
