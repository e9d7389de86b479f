/** The keys of a profile in the AWS config that mean something to us. A test looks for others in the sources. */
export type KeyOwner = 'AWS' | 'the Go tool' | 'AWS Vault'

export const PROFILE_KEYS: Readonly<Record<string, readonly [owner: KeyOwner, meaning: string]>> = {
  vault_confirm: [
    'AWS Vault',
    '`always`, `session` or `never`: whether a person has to agree before credentials are handed out ([the guard](people-at-a-desk.md#the-guard))',
  ],
  vault_policy: ['AWS Vault', 'file with a [session policy](session-policies.md), like `--policy`'],
  vault_policy_arns: ['AWS Vault', 'managed policies as session policies, separated by commas, like `--policy-arn`'],
  vault_read_only: ['AWS Vault', '`true`: restricted to ReadOnlyAccess, like `--read-only`'],
  vault_sso_generated: [
    'AWS Vault',
    'written by `sso configure`, which knows by it what is its own ([sso configure](sso-configure.md#what-it-touches))',
  ],
  web_identity_token_process: ['the Go tool', 'command that prints a token of an identity provider'],
  mfa_process: ['the Go tool', 'command that prints an MFA code'],
  include_profile: ['the Go tool', 'inherits what another profile says'],
  parent_profile: [
    'the Go tool',
    'the older name of `include_profile`: not read, and said by `doctor` not to be a typo',
  ],
  session_tags: ['the Go tool', "session tags of the role's session: `key=value,key=value`"],
  transitive_session_tags: ['the Go tool', 'which of them go on to further roles: `key,key`'],
  source_identity: ['the Go tool', "source identity of the role's session"],
  region: ['AWS', 'the region'],
  source_profile: ['AWS', 'whose credentials to start from'],
  role_arn: ['AWS', 'the role to assume'],
  role_session_name: ['AWS', 'name of its session, instead of `alice@laptop`'],
  external_id: ['AWS', 'external id for the role'],
  duration_seconds: ['AWS', "how long the role's credentials live"],
  mfa_serial: ['AWS', 'the MFA device'],
  credential_source: [
    'AWS',
    'refused, and it is said what to do instead: it stands for credentials that the machine has by itself',
  ],
  sso_session: ['AWS', 'the `[sso-session]` to log in to'],
  sso_start_url: ['AWS', 'the access portal'],
  sso_region: ['AWS', 'its region'],
  sso_account_id: ['AWS', 'the account'],
  sso_role_name: ['AWS', 'the permission set'],
  sso_registration_scopes: ['AWS', 'scopes that a login asks for; `sso:account:access` if absent'],
  web_identity_token_file: ['AWS', 'file with a token of an identity provider'],
  credential_process: ['AWS', 'command that prints credentials'],
  login_session: ['AWS', 'the sign-in to the console that the profile is of, as `aws login` writes it'],
  sts_regional_endpoints: ['AWS', '`legacy` or `regional`'],
  endpoint_url: ['AWS', 'another address for calls to AWS'],
}
