import type { Located } from '../aws-config/origin.ts'
import type { Profile } from '../aws-config/profile.ts'
import type { PlanInput } from './plan-input.ts'
import { refusedValue } from './refused-value.ts'
import type { ProviderSource } from './sources.ts'
import { missingSetting, portalOfProfile } from './sso-portal.ts'

/**
 * A role that a person has through an AWS access portal: `sso_session`, or the older `sso_start_url` in the profile
 * itself, with `sso_account_id` and `sso_role_name`.
 * @throws VaultError ERR_CONFIG_SSO for what is missing, ERR_CONFIG_VALUE for what cannot be meant
 */
export function ssoSource(profile: Profile, { config, wishes }: PlanInput): ProviderSource | undefined {
  const portal = portalOfProfile(profile, config, wishes)
  if (portal === undefined) return undefined
  const { startUrl, step, origin } = portal
  const needed = (key: string): Located<string> => {
    const setting = profile.get(key)
    if (setting !== undefined) return setting
    const words = `profile "${profile.name}"`
    throw missingSetting(key, { words, origin }, `see what you may use: aws-vault sso list ${profile.name}`)
  }
  const account = needed('sso_account_id')
  const role = needed('sso_role_name')
  if (!/^\d{12}$/.test(account.value)) {
    throw refusedValue('sso_account_id', account.origin, 'is not valid: expected twelve digits')
  }
  if (!/^[\w+=,.@-]{1,64}$/.test(role.value)) {
    throw refusedValue('sso_role_name', role.origin, 'is not valid: expected the name of a permission set')
  }
  const { parameters, ...address } = step
  return {
    kind: 'provider',
    provider: 'sso',
    parameters: { ...parameters, accountId: account.value, roleName: role.value },
    cache: { type: 'sso.GetRoleCredentials', profile: profile.name, serial: startUrl },
    address,
    tokens: true,
    isRole: true,
    lifetimeOf: `permission set ${role.value}`,
    why: [{ text: `profile ${profile.name} has the role ${role.value} in ${account.value} by single sign-on`, origin }],
  }
}
