import type { Profile } from '../aws-config/profile.ts'
import { checkedEndpointUrl, regionOf } from './endpoint.ts'
import type { PlanInput } from './plan-input.ts'
import { refusedValue } from './refused-value.ts'
import type { ProviderSource } from './sources.ts'

/** The provider, and the key that asks for it. */
const KEY = 'login_session'

/** Keys that ask for sources before this one, and for those after it: the order of the AWS CLI. */
const BEFORE = ['sso_session', 'sso_start_url'] as const
const AFTER = ['web_identity_token_file', 'web_identity_token_process', 'credential_process'] as const

/**
 * A sign-in to the AWS console: `login_session`, which `aws login` writes. It comes after single sign-on and before web
 * identity and credential processes. But `aws login` without a profile writes to `[default]`, which every profile
 * inherits here: so a source in a nearer section counts before one that is inherited.
 * @throws VaultError ERR_CONFIG_VALUE for what cannot be meant
 */
export function signInSource(profile: Profile, { wishes }: PlanInput): ProviderSource | undefined {
  const session = profile.get(KEY)
  if (session === undefined || AFTER.some(key => isNearer(profile, key, KEY))) return undefined
  const [, partition] = /^arn:(aws[a-z-]*):(?:iam|sts)::\d{12}:[\x21-\x7e]{1,1024}$/.exec(session.value) ?? []
  if (partition === undefined) {
    const expected = 'expected the ARN of a user or of a session of a role, as aws login writes it'
    throw refusedValue(KEY, session.origin, `is not valid: ${expected}`)
  }
  const region =
    regionOf({ name: profile.name, profiles: [profile] }, wishes) ?? USUAL_REGIONS[partition] ?? 'us-east-1'
  const endpointUrl = wishes.signInEndpointUrl ?? profile.get('endpoint_url')
  return {
    kind: 'provider',
    provider: 'sign-in',
    parameters: { loginSession: session.value },
    cache: { type: 'signin.CreateOAuth2Token', profile: profile.name, serial: session.value },
    address: { region, ...(endpointUrl === undefined ? {} : { endpointUrl: checkedEndpointUrl(endpointUrl) }) },
    logins: true,
    lifetimeIsFixed: 'AWS says how long, 15m each time',
    why: [{ text: `profile ${profile.name} is signed in to AWS as ${session.value}`, origin: session.origin }],
  }
}

/** The same where it stands in a nearer section than what else the profile inherits. */
export function nearerSignInSource(profile: Profile, input: PlanInput): ProviderSource | undefined {
  const others = BEFORE.filter(key => profile.get(key) !== undefined)
  return others.length > 0 && others.every(key => isNearer(profile, KEY, key))
    ? signInSource(profile, input)
    : undefined
}

/** Where the sign-in service is called when nobody says: where the AWS CLI suggests it, or its like elsewhere. */
const USUAL_REGIONS: Readonly<Record<string, string>> = {
  'aws-cn': 'cn-north-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-iso': 'us-iso-east-1',
  'aws-iso-b': 'us-isob-east-1',
  'aws-iso-e': 'eu-isoe-west-1',
  'aws-iso-f': 'us-isof-south-1',
  'aws-eusc': 'eusc-de-east-1',
}

/** Whether a key stands in a section that counts before the one with the other. */
function isNearer({ levels, get }: Profile, key: string, other: string): boolean {
  const place = (name: string): number => {
    const { origin } = get(name) ?? {}
    if (origin?.kind !== 'file') return levels.length
    return levels.findIndex(({ values }) => [...values.values()].some(({ line }) => line === origin.line))
  }
  return place(key) < place(other)
}
