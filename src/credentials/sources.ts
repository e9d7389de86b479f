import { type CredentialStep, type JsonValue, VaultError } from '@aws-vault/plugin-sdk'
import { describeOrigin, type Located, type Origin } from '../aws-config/origin.ts'
import type { Profile } from '../aws-config/profile.ts'
import { type SessionSlot, sessionTypeOfPlugin } from '../vault/session-key.ts'
import { refuseCredentialSource } from './credential-source.ts'
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
  /** Where it is called, if not where the profile's other calls go; empty for what calls nobody. */
  readonly address?: Pick<CredentialStep, 'region' | 'endpointUrl'>
  /** Whether its provider is given the logins in the keyring. */
  readonly tokens?: true
  /** Whether its provider is given the sign-ins in the keyring. */
  readonly logins?: true
  /** That it assumes the role of its profile itself, instead of signing for it. */
  readonly assumesRole?: true
  /** That what it gives are credentials of a role, with which AWS's console can be asked for a session of another length. */
  readonly isRole?: true
  /** What alone decides how long its credentials live, in words; absent where AWS is asked. */
  readonly lifetimeOf?: string
  readonly why: readonly Reason[]
}

/** Where the first credentials of a chain come from. */
export type Source = { readonly kind: 'stored-keys'; readonly why: readonly Reason[] } | ProviderSource

type FindSource = (profile: Profile, input: PlanInput) => ProviderSource | undefined

/** The source that a profile has beside stored keys and `source_profile`, which come before. The first one counts. */
export function findProviderSource(profile: Profile, input: PlanInput): ProviderSource | undefined {
  const sources: readonly FindSource[] = [
    claimedSource,
    signInSource,
    ssoSource,
    webIdentitySource,
    processSource,
    webIdentityOfEnvironment,
    refuseCredentialSource,
  ]
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

/**
 * A token of an identity provider, with which the profile's own role is assumed. The variable of the AWS SDKs goes
 * together with `AWS_ROLE_ARN`: as that one, it counts for the named profile and before what the profile says.
 */
function webIdentitySource(profile: Profile, input: PlanInput): ProviderSource | undefined {
  const file = profile.get('web_identity_token_file')
  const process = profile.get('web_identity_token_process')
  if (file === undefined && process === undefined) return undefined
  const ofEnvironment = webIdentityOfEnvironment(profile, input)
  if (ofEnvironment !== undefined) return ofEnvironment
  const passedOver: Reason[] =
    file === undefined || process === undefined
      ? []
      : [{ text: 'its web_identity_token_file counts before its web_identity_token_process', origin: process.origin }]
  return file === undefined
    ? webIdentity(profile, 'web_identity_token_process', { tokenProcess: process?.value ?? '' }, process?.origin)
    : webIdentity(profile, 'web_identity_token_file', { tokenFile: file.value }, file.origin, passedOver)
}

/** What the environment of a pod or a build gives: for the named profile, where nothing else does. */
function webIdentityOfEnvironment(profile: Profile, { profile: named, wishes }: PlanInput): ProviderSource | undefined {
  const file = profile.name === named ? wishes.webIdentityTokenFile : undefined
  return file && webIdentity(profile, 'web identity token', { tokenFile: file.value }, file.origin)
}

function webIdentity(
  profile: Profile,
  setting: string,
  parameters: ProviderSource['parameters'],
  origin: Origin | undefined,
  why: readonly Reason[] = [],
): ProviderSource {
  return {
    kind: 'provider',
    provider: 'web-identity',
    parameters,
    cache: { type: 'sts.AssumeRoleWithWebIdentity', profile: profile.name, serial: '' },
    assumesRole: true,
    why: [{ text: `profile ${profile.name} has a ${setting}`, ...(origin && { origin }) }, ...why],
  }
}

/** A command that prints credentials. */
function processSource(profile: Profile): ProviderSource | undefined {
  const command = profile.get('credential_process')
  if (command === undefined) return undefined
  return {
    kind: 'provider',
    provider: 'process',
    parameters: { command: command.value },
    cache: { type: 'credential_process', profile: profile.name, serial: '' },
    address: {},
    lifetimeOf: 'credential_process',
    why: [{ text: `profile ${profile.name} has a credential_process`, origin: command.origin }],
  }
}

interface Claim {
  readonly key: string
  readonly provider: string
  readonly setting: Located<string>
}

/** The error for a web identity token that nothing says what to do with. */
export function noRoleError({ why }: ProviderSource, profile: string): VaultError {
  const [has] = why
  const place = has?.origin === undefined ? '' : ` (${describeOrigin(has.origin)})`
  return new VaultError('ERR_PLAN_NO_ROLE', `${has?.text}${place}, but no role_arn that it is for`, {
    facts: { profile, ...(has?.origin && { origin: has.origin }) },
    hint:
      has?.origin?.kind === 'environment'
        ? 'set AWS_ROLE_ARN, too'
        : `set role_arn in profile "${profile}": arn:aws:iam::ACCOUNT:role/NAME`,
  })
}

/** Which plugin was installed first must not decide whose credentials somebody gets. */
function ambiguousError(profile: Profile, ...claims: readonly Claim[]): VaultError {
  const asked = claims.map(({ key, provider, setting }) => `${key} (${describeOrigin(setting.origin)}) for ${provider}`)
  return new VaultError('ERR_PLAN_AMBIGUOUS', `profile "${profile.name}" has two sources: ${asked.join(', ')}`, {
    facts: { profile: profile.name, providers: claims.map(({ provider }) => provider) },
    hint: 'remove one of these keys from the profile',
  })
}
