/** What decides over the environment of the user's program. */
export interface ChildEnvironmentInput {
  /** The environment we were started with. */
  readonly inherited: Readonly<Record<string, string | undefined>>
  readonly profile: string
  /** The profile's region, if it has one. */
  readonly region?: string | undefined
  /** What the exposure sets. */
  readonly exposed: Readonly<Record<string, string>>
  /** The variables that parts declare as secret, e.g. `AWS_VAULT_FILE_PASSPHRASE`. */
  readonly secretVariables: readonly string[]
  /** The running platform if absent. */
  readonly platform?: NodeJS.Platform
}

/**
 * Every variable from which an AWS SDK or CLI takes credentials, or which leads it to some: a leftover would win over
 * the profile's own. The web identity variables name one source together, so all three of them go.
 * `AWS_SHARED_CREDENTIALS_FILE` and `AWS_CONFIG_FILE` stay: they hold what else the user has set up.
 */
const cleared = new Set([
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_SESSION_EXPIRATION',
  'AWS_CREDENTIAL_SCOPE',
  'AWS_ACCESS_KEY',
  'AWS_SECRET_KEY',
  'AWS_CREDENTIAL_FILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_PROFILE',
  'AWS_SDK_LOAD_CONFIG',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ROLE_ARN',
  'AWS_ROLE_SESSION_NAME',
  // Of an exec around us.
  'AWS_VAULT_REFRESH',
])

/** The same, by the beginning of the name: credential servers and bearer tokens (`AWS_BEARER_TOKEN_BEDROCK`). */
const clearedPrefixes = ['AWS_CONTAINER_', 'AWS_EC2_METADATA_', 'AWS_BEARER_TOKEN_']

/** The names of those variables that are set, but for what is `kept`: each would win over another source. */
export const credentialVariablesIn = (
  environment: Readonly<Record<string, string | undefined>>,
  kept: readonly string[] = [],
): string[] =>
  Object.keys(environment).filter(
    name => !kept.includes(name) && (cleared.has(name) || clearedPrefixes.some(prefix => name.startsWith(prefix))),
  )

/**
 * The environment of the user's program: ours without any AWS credential and without our secrets, plus `AWS_VAULT`, the
 * region and what the exposure sets. On Windows, where `aws_profile` and `AWS_PROFILE` are one variable, names are
 * compared without regard to case.
 */
export function childEnvironment(input: ChildEnvironmentInput): Record<string, string> {
  const { platform = process.platform } = input
  const canonical = (name: string) => (platform === 'win32' ? name.toUpperCase() : name)
  const set: Record<string, string> = {
    AWS_VAULT: input.profile,
    ...(input.region ? { AWS_REGION: input.region, AWS_DEFAULT_REGION: input.region } : {}),
    ...input.exposed,
  }
  const replaced = new Set(Object.keys(set).map(canonical))
  const kept = Object.entries(programEnvironment(input)).filter(([name]) => !replaced.has(canonical(name)))
  return Object.fromEntries([...kept, ...Object.entries(set)])
}

/** What every program that we start inherits: our environment without any AWS credential and without our secrets. */
export function programEnvironment({
  inherited,
  secretVariables,
  platform = process.platform,
}: Pick<ChildEnvironmentInput, 'inherited' | 'secretVariables' | 'platform'>): Record<string, string> {
  const canonical = (name: string) => (platform === 'win32' ? name.toUpperCase() : name)
  const secret = new Set(secretVariables.map(canonical))
  const kept = Object.entries(inherited).filter((entry): entry is [string, string] => {
    const name = canonical(entry[0])
    return (
      entry[1] !== undefined &&
      !secret.has(name) &&
      !cleared.has(name) &&
      !clearedPrefixes.some(prefix => name.startsWith(prefix))
    )
  })
  return Object.fromEntries(kept)
}
