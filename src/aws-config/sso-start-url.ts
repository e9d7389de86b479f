import { findSection, getSetting, resolveProfile } from './profile.ts'
import type { ConfigFile } from './read-config.ts'

/** The SSO portal of a profile: its own `sso_start_url`, or that of its `sso_session`. */
export function ssoStartUrl(config: ConfigFile, name: string): string | undefined {
  const profile = resolveProfile(config, name)
  const session = profile.get('sso_session')
  const section = session && findSection(config, 'sso-session', session.value)
  return (section && getSetting(config, section, 'sso_start_url')?.value) ?? profile.get('sso_start_url')?.value
}
