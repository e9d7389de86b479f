import type { Located, Origin } from '../aws-config/origin.ts'
import { parseDuration } from '../aws-config/values.ts'
import type { PolicyWishes, Wishes } from './plan-input.ts'

/** The flags that say which credentials are wanted. */
export interface CredentialFlags {
  readonly 'no-session'?: boolean | undefined
  readonly region?: string | undefined
  readonly 'mfa-token'?: string | undefined
  readonly refresh?: boolean | undefined
  readonly 'min-ttl'?: string | undefined
  readonly policy?: string | undefined
  readonly 'policy-arn'?: readonly string[] | undefined
  readonly 'read-only'?: boolean | undefined
  /** Not a flag: set by the command that signs in to the console. */
  readonly forConsole?: true
}

type Environment = Readonly<Record<string, string | undefined>>

/** How much life a cached session must have left, in seconds, where the user says nothing. */
export const DEFAULT_MINIMUM_SECONDS = 300

/**
 * What the command line and the environment ask for. Empty variables ask for nothing. Pure.
 * @param duration `-d`, `AWS_VAULT_DURATION` or the settings file
 * @throws VaultError ERR_CONFIG_VALUE naming the flag or variable whose value is junk
 */
export function readWishes(flags: CredentialFlags, environment: Environment, duration?: Located<string>): Wishes {
  const text = (...variables: string[]): Located<string> | undefined => {
    const variable = variables.find(name => environment[name])
    return variable === undefined
      ? undefined
      : { value: environment[variable] as string, origin: { kind: 'environment', variable } }
  }
  const seconds = (variable: string): Located<number> | undefined => locatedSeconds(variable, text(variable))
  const region = flags.region
    ? { value: flags.region, origin: flag('region') }
    : text('AWS_REGION', 'AWS_DEFAULT_REGION')
  return {
    session: !flags['no-session'],
    ...present('duration', locatedSeconds('duration', duration)),
    ...present('region', region),
    ...present('mfaSerial', text('AWS_MFA_SERIAL')),
    ...present('stsRegionalEndpoints', text('AWS_STS_REGIONAL_ENDPOINTS')),
    ...present('endpointUrl', text('AWS_ENDPOINT_URL_STS', 'AWS_ENDPOINT_URL')),
    ...present('iamEndpointUrl', text('AWS_ENDPOINT_URL_IAM', 'AWS_ENDPOINT_URL')),
    ...present('ssoEndpointUrl', text('AWS_ENDPOINT_URL_SSO', 'AWS_ENDPOINT_URL')),
    ...present('ssoOidcEndpointUrl', text('AWS_ENDPOINT_URL_SSO_OIDC', 'AWS_ENDPOINT_URL')),
    ...present('signInEndpointUrl', text('AWS_ENDPOINT_URL_SIGNIN', 'AWS_ENDPOINT_URL')),
    ...present('sessionTokenTtl', seconds('AWS_SESSION_TOKEN_TTL')),
    ...present('chainedSessionTokenTtl', seconds('AWS_CHAINED_SESSION_TOKEN_TTL')),
    ...present('assumeRoleTtl', seconds('AWS_ASSUME_ROLE_TTL')),
    ...present('federationTokenTtl', seconds('AWS_FEDERATION_TOKEN_TTL')),
    ...present('roleArn', text('AWS_ROLE_ARN')),
    ...present('webIdentityTokenFile', text('AWS_WEB_IDENTITY_TOKEN_FILE')),
    ...present('roleSessionName', text('AWS_ROLE_SESSION_NAME')),
    ...present('sessionTags', text('AWS_SESSION_TAGS')),
    ...present('transitiveTags', text('AWS_TRANSITIVE_TAGS')),
    ...present('sourceIdentity', text('AWS_SOURCE_IDENTITY')),
    ...present('forConsole', flags.forConsole),
    policy: policyWishes(flags),
  }
}

function policyWishes({ policy, 'policy-arn': arns, 'read-only': readOnly }: CredentialFlags): PolicyWishes {
  return {
    ...present('file', policy === undefined ? undefined : { value: policy, origin: flag('policy') }),
    ...present(
      'arns',
      arns?.map(value => ({ value, origin: flag('policy-arn') })),
    ),
    ...present(
      'readOnly',
      readOnly === undefined ? undefined : { value: readOnly, origin: flag(readOnly ? 'read-only' : 'no-read-only') },
    ),
  }
}

/**
 * How much life credentials must have left to be handed out, in seconds (`--min-ttl`, `AWS_MIN_TTL`).
 * @throws VaultError ERR_CONFIG_VALUE when the value is junk
 */
export function minimumSeconds(flags: CredentialFlags, environment: Environment): Located<number> {
  const variable = 'AWS_MIN_TTL'
  const wish =
    flags['min-ttl'] === undefined
      ? { name: variable, value: environment[variable], origin: { kind: 'environment', variable } as const }
      : { name: 'min-ttl', value: flags['min-ttl'], origin: flag('min-ttl') }
  if (wish.value === undefined || (wish.value === '' && wish.name === variable)) {
    return { value: DEFAULT_MINIMUM_SECONDS, origin: { kind: 'default' } }
  }
  return { value: parseDuration(wish.value, wish), origin: wish.origin }
}

const flag = (name: string): Origin => ({ kind: 'flag', flag: name })

const locatedSeconds = (name: string, text: Located<string> | undefined): Located<number> | undefined =>
  text && { value: parseDuration(text.value, { name, origin: text.origin }), origin: text.origin }

const present = <K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } =>
  (value === undefined ? {} : { [name]: value }) as { [P in K]?: V }
