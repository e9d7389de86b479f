import { type CredentialStep, VaultError } from '@aws-vault/plugin-sdk'
import { nearestNames } from '../aws-config/nearest-names.ts'
import { describeOrigin, type Located, type Origin } from '../aws-config/origin.ts'
import { findSection, getSetting, type Profile, profileNames, resolveProfile } from '../aws-config/profile.ts'
import type { ConfigFile } from '../aws-config/read-config.ts'
import { parseList, parseRegion } from '../aws-config/values.ts'
import { checkedEndpointUrl } from './endpoint.ts'
import type { Wishes } from './plan-input.ts'
import { refusedValue } from './refused-value.ts'

/** An AWS access portal, as a profile or an `[sso-session]` section describes it. */
export interface SsoPortal {
  /** Of the profile or session that describes it. */
  readonly name: string
  /** The `[sso-session]` that describes it; absent where a profile does so itself. */
  readonly session?: string
  readonly startUrl: string
  /** Where it is called, and what its provider is told of it. */
  readonly step: Pick<CredentialStep, 'region' | 'endpointUrl' | 'parameters'>
  /** The line that makes the profile one of single sign-on. */
  readonly origin: Origin
}

/** What the settings of a portal are read from. */
interface Described {
  /** `profile "dev"`, or `sso-session "corp"`. */
  readonly words: string
  readonly name: string
  readonly session: string | undefined
  readonly origin: Origin
  get(key: string): Located<string> | undefined
}

/**
 * The portal of a profile; `undefined` if it has neither `sso_session` nor `sso_start_url`. What the `[sso-session]`
 * section says counts before what the profile says.
 * @throws VaultError ERR_CONFIG_SSO for what is missing, ERR_CONFIG_VALUE for what cannot be meant
 */
export function portalOfProfile(profile: Profile, config: ConfigFile, wishes: Wishes): SsoPortal | undefined {
  const session = profile.get('sso_session')
  const marker = session ?? profile.get('sso_start_url')
  if (marker === undefined) return undefined
  const section = session && findSection(config, 'sso-session', session.value)
  if (session !== undefined && section === undefined) throw unknownSession(session, config)
  const words = `profile "${profile.name}"`
  const get = (key: string): Located<string> | undefined =>
    (section && getSetting(config, section, key)) ?? profile.get(key)
  const described = { words, name: profile.name, session: session?.value, origin: marker.origin, get }
  return portal(described, wishes, profile.get('endpoint_url'))
}

/**
 * The portal that somebody means by a name: a profile's, or the one that its `source_profile` comes to, or that of an
 * `[sso-session]` section. Without a name the only one there is.
 * @throws VaultError ERR_SSO_UNKNOWN, ERR_SSO_AMBIGUOUS, ERR_CONFIG_SSO, ERR_CONFIG_VALUE
 */
export function findPortal(config: ConfigFile, wishes: Wishes, name?: string): SsoPortal {
  if (name !== undefined) {
    const found = portalBehind(name, config, wishes) ?? portalOfSession(name, config, wishes)
    if (found === undefined) throw unknownName(name, config)
    return found
  }
  const all = new Map<string, { name: string; portal: SsoPortal }>()
  for (const candidate of [...sessionNames(config), ...profileNames(config)]) {
    const found = portalOfSession(candidate, config, wishes) ?? portalBehind(candidate, config, wishes)
    if (found !== undefined && !all.has(found.startUrl)) all.set(found.startUrl, { name: candidate, portal: found })
  }
  const [only, ...others] = all.values()
  if (only === undefined) {
    throw new VaultError('ERR_SSO_UNKNOWN', `${config.file} has no profile or sso-session for single sign-on`, {
      hint: 'add an [sso-session NAME] section with sso_start_url and sso_region',
      facts: { file: config.file },
    })
  }
  if (others.length > 0) {
    const names = [only, ...others].map(it => it.name)
    throw new VaultError('ERR_SSO_AMBIGUOUS', `there are ${names.length} portals: say which one`, {
      hint: `name one of: ${names.join(', ')}`,
      facts: { names },
    })
  }
  return only.portal
}

/**
 * The `[sso-session]` of the portal that somebody means, as {@link findPortal}.
 * @throws VaultError ERR_SSO_SESSION where a profile describes its portal itself
 */
export function findSession(config: ConfigFile, wishes: Wishes, name?: string): string {
  const { session, origin, startUrl, step, ...portal } = findPortal(config, wishes, name)
  if (session !== undefined) return session
  const place = describeOrigin(origin)
  throw new VaultError('ERR_SSO_SESSION', `profile "${portal.name}" names no sso-session (${place})`, {
    hint: `add [sso-session NAME] with sso_start_url = ${startUrl} and sso_region = ${step.region}, and give that NAME`,
    facts: { profile: portal.name, origin },
  })
}

/** The error for a setting without which a profile cannot use single sign-on. */
export function missingSetting(key: string, { words, origin }: Pick<Described, 'words' | 'origin'>, hint: string) {
  const facts = { key, origin }
  return new VaultError('ERR_CONFIG_SSO', `${words} has no ${key} (${describeOrigin(origin)})`, { hint, facts })
}

function portalBehind(name: string, config: ConfigFile, wishes: Wishes): SsoPortal | undefined {
  const seen = new Set<string>()
  for (let next: string | undefined = name; next !== undefined && !seen.has(next); ) {
    seen.add(next)
    const profile: Profile = resolveProfile(config, next)
    if (profile.section === undefined) return undefined
    const found = portalOfProfile(profile, config, wishes)
    if (found !== undefined) return found
    next = profile.get('source_profile')?.value
  }
  return undefined
}

function portalOfSession(name: string, config: ConfigFile, wishes: Wishes): SsoPortal | undefined {
  const section = findSection(config, 'sso-session', name)
  if (section === undefined) return undefined
  const origin = { kind: 'file', file: config.file, line: section.line, section: `sso-session ${name}` } as const
  const get = (key: string): Located<string> | undefined => getSetting(config, section, key)
  return portal({ words: `sso-session "${name}"`, name, session: name, origin, get }, wishes)
}

function portal(from: Described, wishes: Wishes, ownEndpoint?: Located<string>): SsoPortal {
  const startUrl = from.get('sso_start_url')
  const region = from.get('sso_region')
  if (startUrl === undefined) {
    throw missingSetting('sso_start_url', from, 'add sso_start_url = https://NAME.awsapps.com/start')
  }
  if (!URL.canParse(startUrl.value) || !/^https?:\/\/./i.test(startUrl.value)) {
    const expected = 'expected the address of your AWS access portal, such as https://NAME.awsapps.com/start'
    throw refusedValue('sso_start_url', startUrl.origin, `is not valid: ${expected}`)
  }
  if (region === undefined) {
    throw missingSetting('sso_region', from, 'add sso_region = the AWS region of your IAM Identity Center')
  }
  const endpointUrl = endpointOf(wishes.ssoEndpointUrl ?? ownEndpoint)
  const oidcEndpointUrl = endpointOf(wishes.ssoOidcEndpointUrl ?? ownEndpoint)
  const stsEndpointUrl = endpointOf(wishes.endpointUrl ?? ownEndpoint)
  const scopes = parseList(from.get('sso_registration_scopes')?.value ?? '')
  return {
    name: from.name,
    ...(from.session === undefined ? {} : { session: from.session }),
    startUrl: startUrl.value,
    origin: from.origin,
    step: {
      region: parseRegion(region.value, { name: 'sso_region', origin: region.origin }),
      ...(endpointUrl === undefined ? {} : { endpointUrl }),
      parameters: {
        startUrl: startUrl.value,
        ...(oidcEndpointUrl === undefined ? {} : { oidcEndpointUrl }),
        ...(stsEndpointUrl === undefined ? {} : { stsEndpointUrl }),
        ...(scopes.length === 0 ? {} : { scopes }),
      },
    },
  }
}

const endpointOf = (url: Located<string> | undefined): string | undefined => url && checkedEndpointUrl(url)

function unknownSession({ value, origin }: Located<string>, config: ConfigFile): VaultError {
  const nearest = nearestNames(value, sessionNames(config))
  const place = describeOrigin(origin)
  return new VaultError('ERR_CONFIG_SSO', `there is no [sso-session ${value}], which sso_session names at ${place}`, {
    hint: nearest.length > 0 ? `did you mean ${quoted(nearest)}?` : `add a section [sso-session ${value}]`,
    facts: { session: value, origin, nearest },
  })
}

function unknownName(name: string, config: ConfigFile): VaultError {
  const nearest = nearestNames(name, [...profileNames(config), ...sessionNames(config)])
  const isProfile = profileNames(config).includes(name)
  const message = isProfile
    ? `profile "${name}" does not use single sign-on`
    : `there is no profile and no sso-session "${name}" in ${config.file}`
  const hint =
    !isProfile && nearest.length > 0
      ? `did you mean ${quoted(nearest)}?`
      : 'name a profile with sso_session or sso_start_url, or an [sso-session] section'
  return new VaultError('ERR_SSO_UNKNOWN', message, { hint, facts: { name, file: config.file, nearest } })
}

function sessionNames(config: ConfigFile): string[] {
  return [...config.sections.values()].flatMap(({ kind, name }) => (kind === 'sso-session' ? [name] : []))
}

const quoted = (names: readonly string[]): string => names.map(it => `"${it}"`).join(' or ')
