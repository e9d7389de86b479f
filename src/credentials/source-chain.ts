import { VaultError } from '@aws-vault/plugin-sdk'
import { nearestNames } from '../aws-config/nearest-names.ts'
import { describeOrigin, type Located } from '../aws-config/origin.ts'
import { type LoopStep, loopError, type Profile, profileNames, resolveProfile } from '../aws-config/profile.ts'
import { unknownProfileError } from '../aws-config/unknown-profile.ts'
import type { PlanInput } from './plan-input.ts'
import type { Reason } from './plan-types.ts'
import { findProviderSource, type Source } from './sources.ts'

/** A profile's way to credentials. */
export interface SourceChain {
  /** From the named profile, by `source_profile`, to the one that has the credentials. */
  readonly profiles: readonly [Profile, ...Profile[]]
  readonly source: Source
}

/**
 * Follows `source_profile` to credentials. A profile's own stored keys end the chain, before its `source_profile`; a
 * profile that names itself means its own.
 * @throws VaultError ERR_PROFILE_UNKNOWN when the named profile is neither configured nor has stored keys
 * @throws VaultError ERR_CONFIG_SOURCE_PROFILE when a `source_profile` is neither
 * @throws VaultError ERR_CONFIG_LOOP when the chain comes back to a profile
 * @throws VaultError ERR_CREDENTIALS_MISSING when it ends at a profile without credentials
 */
export function followSourceProfiles(input: PlanInput): SourceChain {
  const first = resolveProfile(input.config, input.profile)
  if (!isKnown(first, input)) {
    throw unknownProfileError(input.profile, [...profileNames(input.config), ...input.storedKeys], input.config)
  }
  const profiles: [Profile, ...Profile[]] = [first]
  const hops: LoopStep[] = []
  const why: Reason[] = []
  for (let profile = first; ; ) {
    const source = storedKeysOf(profile, input)
    if (source !== undefined) return { profiles, source: { ...source, why: [...source.why, ...why] } }
    const next = sourceProfileOf(profile)
    if (next === undefined) {
      const other = findProviderSource(profile, input)
      if (other === undefined) throw missingError(profiles)
      return { profiles, source: { ...other, why: [...other.why, ...why] } }
    }
    hops.push({ profile: profile.name, origin: next.origin })
    why.unshift({ text: `profile ${profile.name} takes its credentials from ${next.value}`, origin: next.origin })
    const again = profiles.findIndex(({ name }) => name === next.value)
    if (again !== -1) throw loopError('source_profile', hops.slice(again))
    profile = resolveProfile(input.config, next.value)
    if (!isKnown(profile, input)) throw missingSourceProfileError(next, input)
    profiles.push(profile)
  }
}

/** The words of shells for an argument: in quotes where it needs them. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

function isKnown(profile: Profile, { storedKeys }: PlanInput): boolean {
  return profile.section !== undefined || storedKeys.has(profile.name)
}

function storedKeysOf(profile: Profile, { storedKeys }: PlanInput): Source | undefined {
  if (!storedKeys.has(profile.name)) return undefined
  const passedOver = sourceProfileOf(profile)
  const why: Reason[] = [{ text: `keys are stored for profile ${profile.name}` }]
  if (passedOver !== undefined) {
    why.push({ text: `they count before its source_profile ${passedOver.value}`, origin: passedOver.origin })
  }
  return { kind: 'stored-keys', why }
}

function sourceProfileOf(profile: Profile): Located<string> | undefined {
  const source = profile.get('source_profile')
  return source?.value === profile.name ? undefined : source
}

function missingSourceProfileError({ value, origin }: Located<string>, { config, storedKeys }: PlanInput): VaultError {
  const nearest = nearestNames(value, [...profileNames(config), ...storedKeys])
  const place = describeOrigin(origin)
  return new VaultError(
    'ERR_CONFIG_SOURCE_PROFILE',
    `source_profile names a profile that does not exist, "${value}", at ${place}`,
    {
      facts: { profile: value, origin, nearest },
      hint:
        nearest.length > 0
          ? `did you mean ${nearest.map(name => `"${name}"`).join(' or ')}?`
          : `store its keys: aws-vault add ${shellWord(value)}`,
    },
  )
}

function missingError(profiles: readonly Profile[]): VaultError {
  const names = profiles.map(({ name }) => name)
  const last = names.at(-1) ?? ''
  const chain = names.length > 1 ? ` (${names.join(' -> ')})` : ''
  return new VaultError('ERR_CREDENTIALS_MISSING', `no credentials are stored for profile "${last}"${chain}`, {
    facts: { profile: last, chain: names },
    hint: `store its keys: aws-vault add ${shellWord(last)}`,
  })
}
