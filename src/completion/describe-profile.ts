import { getSetting, profileSection } from '../aws-config/profile.ts'
import type { ConfigFile } from '../aws-config/read-config.ts'

/** How a profile comes to its credentials, in a few words, as far as its own section says so. Names and numbers only. Pure. */
export function describeProfile(config: ConfigFile, name: string): string {
  const section = profileSection(config, name)
  if (section === undefined) return ''
  const get = (key: string): string | undefined => getSetting(config, section, key)?.value
  const role = /^arn:[^:]*:iam::(\d*):role\/(?:.*\/)?([^/]+)$/.exec(get('role_arn') ?? '')
  if (role !== null) return `role ${role[2]} in ${role[1]}`
  const ssoRole = get('sso_role_name')
  if (ssoRole !== undefined) return `SSO role ${ssoRole} in ${get('sso_account_id') ?? 'an account'}`
  if (get('login_session') !== undefined) return 'aws login'
  if (get('web_identity_token_file') ?? get('web_identity_token_process')) return 'web identity'
  if (get('credential_process') !== undefined) return 'credential process'
  const source = get('source_profile')
  return source === undefined ? '' : `credentials of ${source}`
}
