import { type CredentialStep, type JsonValue, VaultError } from '@aws-vault/plugin-sdk'
import { describeOrigin, type Located } from '../aws-config/origin.ts'
import type { Profile } from '../aws-config/profile.ts'
import { type SessionSlot, sessionTypeOfPlugin } from '../vault/session-key.ts'
import type { PlanInput } from './plan-input.ts'
import type { Reason } from './plan-types.ts'
import { signInSource } from './sign-in-source.ts'
import { ssoSource } from './sso-source.ts'

/** Credentials that a provider makes from what stands in a profile. */
export interface ProviderSource {
  readonly kind: 'provider'
  readonly provider: string
  readonly parameters: Readonly<Record<string, JsonValue>>
  readonly cache: SessionSlot
  /** Where it is called, if not where the profile's other calls go. */
  readonly address?: Pick<CredentialStep, 'region' | 'endpointUrl'>
  /** Whether its provider is given the logins in the keyring. */
  readonly tokens?: true
  /** Whether its provider is given the sign-ins in the keyring. */
  readonly logins?: true
  /** Why nobody can wish how long its credentials live; absent where one can. */
  readonly lifetimeIsFixed?: string
  readonly why: readonly Reason[]
}

/** Where the first credentials of a chain come from. */
export type Source = { readonly kind: 'stored-keys'; readonly why: readonly Reason[] } | ProviderSource

type FindSource = (profile: Profile, input: PlanInput) => ProviderSource | undefined

/** The source that a profile has beside stored keys and `source_profile`, which come before. The first one counts. */
export function findProviderSource(profile: Profile, input: PlanInput): ProviderSource | undefined {
  const sources: readonly FindSource[] = [claimedSource, signInSource, ssoSource, unsupportedSource]
  for (const find of sources) {
    const source = find(profile, input)
    if (source !== undefined) return source
  }
  return undefined
}

/** A key that a provider claims makes it the profile's source; it gets the values of all keys that it claims. */
function claimedSource(profile: Profile, { claims }: PlanInput): ProviderSource | undefined {
  const present = [...claims].flatMap(([key, provider]) => {
    const setting = profile.get(key)
    return setting === undefined ? [] : [{ key, provider, setting }]
  })
  const [first] = present
  if (first === undefined) return undefined
  const rival = present.find(({ provider }) => provider !== first.provider)
  if (rival !== undefined) throw ambiguousError(profile, first, rival)
  return {
    kind: 'provider',
    provider: first.provider,
    parameters: Object.fromEntries(present.map(({ key, setting }) => [key, setting.value])),
    cache: { type: sessionTypeOfPlugin(first.provider), profile: profile.name, serial: '' },
    why: [
      {
        text: `profile ${profile.name} has ${first.key}, which the provider ${first.provider} is for`,
        origin: first.setting.origin,
      },
    ],
  }
}

/** Keys of sources that no provider is there for. */
const UNSUPPORTED = [
  'web_identity_token_file',
  'web_identity_token_process',
  'credential_process',
  'credential_source',
] as const

function unsupportedSource(profile: Profile): undefined {
  for (const key of UNSUPPORTED) {
    const setting = profile.get(key)
    if (setting === undefined) continue
    const place = describeOrigin(setting.origin)
    throw new VaultError(
      'ERR_PLAN_UNSUPPORTED',
      `${key} of profile "${profile.name}" is not supported yet (${place})`,
      {
        facts: { profile: profile.name, key, origin: setting.origin },
        hint: 'use a source_profile with stored keys, or a plugin whose provider claims this key',
      },
    )
  }
}

interface Claim {
  readonly key: string
  readonly provider: string
  readonly setting: Located<string>
}

/** Which plugin was installed first must not decide whose credentials somebody gets. */
function ambiguousError(profile: Profile, ...claims: readonly Claim[]): VaultError {
  const asked = claims.map(({ key, provider, setting }) => `${key} (${describeOrigin(setting.origin)}) for ${provider}`)
  return new VaultError('ERR_PLAN_AMBIGUOUS', `profile "${profile.name}" has two sources: ${asked.join(', ')}`, {
    facts: { profile: profile.name, providers: claims.map(({ provider }) => provider) },
    hint: 'remove one of these keys from the profile',
  })
}
