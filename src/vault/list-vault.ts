import { isVaultError } from '@aws-vault/plugin-sdk'
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
}

/** What is known of a vault without decrypting anything. */
export interface VaultContents {
  /** Names under which long-lived keys are stored. */
  readonly credentials: readonly string[]
  readonly sessions: readonly StoredSession[]
  /** Start URLs of SSO portals. */
  readonly ssoTokens: readonly string[]
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
  const ssoTokens = tokensByProfile(config, configured, contents.ssoTokens)
  const names = new Set([
    ...configured,
    ...[...credentials].sort(),
    ...[...sessions.keys(), ...ssoTokens.keys()].sort(),
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

/** A token is its profiles'; one of no profile stands under its start URL. */
function tokensByProfile(
  config: ConfigFile,
  profiles: readonly string[],
  startUrls: readonly string[],
): Map<string, string[]> {
  const owners = new Map<string, string[]>()
  if (startUrls.length === 0) return owners
  const byUrl = Map.groupBy(profiles, name => ssoStartUrl(config, name))
  for (const url of startUrls) {
    for (const owner of byUrl.get(url) ?? [url]) owners.set(owner, [...(owners.get(owner) ?? []), url])
  }
  return owners
}
