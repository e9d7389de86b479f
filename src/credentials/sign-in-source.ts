import type { Profile } from '../aws-config/profile.ts'
import { checkedEndpointUrl, regionOf } from './endpoint.ts'
import { firstRegionOf } from './partition.ts'
import type { PlanInput } from './plan-input.ts'
import { refusedValue } from './refused-value.ts'
import type { ProviderSource } from './sources.ts'

const KEY = 'login_session'

/** Keys of the sources that count before it, and of those that count after it. */
const BEFORE = ['sso_session', 'sso_start_url', 'web_identity_token_file', 'web_identity_token_process'] as const
const AFTER = ['credential_process'] as const

/**
 * A sign-in to the AWS console: `login_session`, which `aws login` writes. As in the AWS CLI it counts after single sign-on
 * and web identity, and before a credential process. But `aws login` without a profile writes to `[default]`, which every
 * profile inherits here: so of two sources that stand in different sections the nearer one counts.
 * @throws VaultError ERR_CONFIG_VALUE for what cannot be meant
 */
export function signInSource(profile: Profile, { wishes }: PlanInput): ProviderSource | undefined {
  const session = profile.get(KEY)
  if (session === undefined) return undefined
  const own = distance(profile, KEY)
  const isFirst = BEFORE.every(key => own < distance(profile, key)) && AFTER.every(key => own <= distance(profile, key))
  if (!isFirst) return undefined
  const [, partition] = /^arn:(aws[a-z-]*):(?:iam|sts)::\d{12}:[\x21-\x7e]{1,1024}$/.exec(session.value) ?? []
  if (partition === undefined) {
    const expected = 'expected the ARN of a user or of a session of a role, as aws login writes it'
    throw refusedValue(KEY, session.origin, `is not valid: ${expected}`)
  }
  // Where nobody says: the region that the AWS CLI suggests, or its like in other partitions.
  const region =
    regionOf({ name: profile.name, profiles: [profile] }, wishes) ?? firstRegionOf(partition) ?? 'us-east-1'
  const endpointUrl = wishes.signInEndpointUrl ?? profile.get('endpoint_url')
  return {
    kind: 'provider',
    provider: 'sign-in',
    parameters: { loginSession: session.value },
    cache: { type: 'signin.CreateOAuth2Token', profile: profile.name, serial: session.value },
    address: { region, ...(endpointUrl === undefined ? {} : { endpointUrl: checkedEndpointUrl(endpointUrl) }) },
    logins: true,
    lifetimeOf: 'sign-in (15m each time)',
    why: [{ text: `profile ${profile.name} is signed in to AWS as ${session.value}`, origin: session.origin }],
  }
}

/** How many sections are nearer than the one with the key. */
function distance({ levels, get }: Profile, key: string): number {
  const { origin } = get(key) ?? {}
  if (origin?.kind !== 'file') return Number.POSITIVE_INFINITY
  return levels.findIndex(({ values }) => [...values.values()].some(({ line }) => line === origin.line))
}
