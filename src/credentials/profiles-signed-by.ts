import { isVaultError } from '@aws-vault/plugin-sdk'
import { profileNames } from '../aws-config/profile.ts'
import type { ConfigFile } from '../aws-config/read-config.ts'
import { plan } from './plan.ts'

/**
 * The profiles whose credentials come, over however many roles, from the keys stored for `profile`. Profiles that cannot
 * be planned have no sessions to speak of. Pure.
 */
export function profilesSignedBy(config: ConfigFile, storedKeys: ReadonlySet<string>, profile: string): string[] {
  const wishes = { session: true }
  const stored = new Set([...storedKeys, profile])
  return profileNames(config).filter(name => {
    try {
      const [source] = plan({ profile: name, config, storedKeys: stored, wishes, claims: new Map() }).steps
      return source.kind === 'stored-keys' && source.profile === profile && name !== profile
    } catch (error) {
      if (isVaultError(error)) return false
      throw error
    }
  })
}
