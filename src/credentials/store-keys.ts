import { VaultError } from '@aws-vault/plugin-sdk'
import { describeOrigin } from '../aws-config/origin.ts'
import { resolveProfile } from '../aws-config/profile.ts'
import type { ConfigFile } from '../aws-config/read-config.ts'
import type { Container } from '../container.ts'
import type { KeyPair } from '../vault/imported-keys.ts'
import { profilesSignedBy } from './profiles-signed-by.ts'

/** What storing keys came to. */
export interface StoredKeys {
  /** The keyring's name. */
  readonly backend: string
  /** Whether there were others before. */
  readonly replaced: boolean
  /** How many sessions, made from the ones before, were removed. */
  readonly dropped: number
}

/** Stores a profile's keys, and removes the sessions that were made from the ones before. */
export async function storeKeys(container: Container, profile: string, keys: KeyPair): Promise<StoredKeys> {
  const { credentials, sessions, backend } = await container.vault()
  const stored = await credentials.list()
  await credentials.set(profile, keys)
  const signed = profilesSignedBy(container.awsConfig(), new Set(stored), profile)
  const dropped = await sessions.clear([profile, ...signed])
  const { tellServers } = await import('../server/tell-servers.ts')
  await tellServers(container, 'forget', [profile])
  return { backend, replaced: stored.includes(profile), dropped }
}

/**
 * Keys stored under a profile that names a source profile would never be asked for by anybody who reads the config.
 * @throws VaultError ERR_ADD_SOURCE_PROFILE for such a profile
 */
export function refuseSourceProfile(profile: string, config: ConfigFile): void {
  const source = resolveProfile(config, profile).get('source_profile')
  if (source === undefined || source.value === profile) return
  // What [default] says is for whoever has nothing else, and keys of one's own are something else.
  if (source.origin.kind === 'file' && source.origin.section === 'default' && profile !== 'default') return
  throw new VaultError(
    'ERR_ADD_SOURCE_PROFILE',
    `profile "${profile}" takes its credentials from profile "${source.value}" (${describeOrigin(source.origin)})`,
    { hint: `aws-vault add ${source.value}`, facts: { profile, sourceProfile: source.value } },
  )
}
