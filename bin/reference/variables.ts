/** The environment variables that no option declares. A test looks for others in the sources. */
export const READ_VARIABLES: Readonly<Record<string, string>> = {
  AWS_CONFIG_FILE: 'the AWS config file, instead of `~/.aws/config`',
  AWS_VAULT_CONFIG_DIR: 'directory of `settings.ini`, instead of `~/.config/aws-vault`',
  AWS_VAULT_DATA_DIR: 'directory of installed plugins, instead of `~/.local/share/aws-vault`',
  AWS_VAULT_CACHE_DIR: 'directory of locks and compiled code, instead of `~/.cache/aws-vault`',
  AWS_VAULT: 'set by `exec`: where it is set, `exec`, `export` and `server start` refuse to nest',
  AWS_VAULT_COMPLETION_LOG: 'file into which completion writes why it offers nothing',
  AWS_REGION: 'the region, instead of the one in the profile',
  AWS_DEFAULT_REGION: 'the same, where `AWS_REGION` is not set',
  AWS_SESSION_TOKEN_TTL: 'how long a session token lives (1h)',
  AWS_CHAINED_SESSION_TOKEN_TTL: 'how long a session token lives that signs for roles (8h)',
  AWS_ASSUME_ROLE_TTL: "how long a role's credentials live (1h)",
  AWS_FEDERATION_TOKEN_TTL: 'how long a federated session lives (1h)',
  AWS_MIN_TTL: 'a session with less time left is renewed first (5m), like `--min-ttl`',
  AWS_MFA_SERIAL: 'the MFA device, like `mfa_serial`',
  AWS_ROLE_ARN: 'the role of the named profile, like `role_arn`',
  AWS_ROLE_SESSION_NAME: 'its session name, like `role_session_name`',
  AWS_SESSION_TAGS: 'its session tags, like `session_tags`',
  AWS_TRANSITIVE_TAGS: 'like `transitive_session_tags`',
  AWS_SOURCE_IDENTITY: 'like `source_identity`',
  AWS_WEB_IDENTITY_TOKEN_FILE: 'the token of the named profile, like `web_identity_token_file`; with `AWS_ROLE_ARN`',
  AWS_STS_REGIONAL_ENDPOINTS: '`legacy` or `regional`, like `sts_regional_endpoints`',
  AWS_ENDPOINT_URL: 'another address for every service of AWS',
  AWS_ENDPOINT_URL_STS: 'another address for STS',
  AWS_ENDPOINT_URL_IAM: 'another address for IAM',
  AWS_ENDPOINT_URL_SSO: 'another address for the access portal',
  AWS_ENDPOINT_URL_SSO_OIDC: "another address for the access portal's logins",
  AWS_ENDPOINT_URL_SIGNIN: 'another address for the sign-in to the console',
  AWS_CA_BUNDLE: 'file of the certificates that count for calls to AWS',
  AWS_ACCESS_KEY_ID: 'the key that `add --env` stores; the credentials of `login` without a profile',
  AWS_SECRET_ACCESS_KEY: 'its secret',
  AWS_SESSION_TOKEN: 'the session that `login` without a profile signs in',
  HTTPS_PROXY: 'the proxy for calls to AWS',
  NO_PROXY: 'hosts that are asked without it',
}

/** What `exec` sets in the program's environment. */
export const SET_VARIABLES: Readonly<Record<string, string>> = {
  AWS_VAULT: 'the profile',
  AWS_REGION: "the profile's region, if it has one; so is `AWS_DEFAULT_REGION`",
  AWS_ACCESS_KEY_ID: 'by the exposure `env`: the credentials',
  AWS_SECRET_ACCESS_KEY: 'the same',
  AWS_SESSION_TOKEN: 'the same, for temporary ones; `AWS_SECURITY_TOKEN`, its older name, too',
  AWS_CREDENTIAL_EXPIRATION: 'when they end',
  AWS_CONTAINER_CREDENTIALS_FULL_URI: 'by `ecs` and `eks`: the address of the server',
  AWS_CONTAINER_AUTHORIZATION_TOKEN:
    'by `ecs`: its token; by `eks` the path of a file is in `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`',
  AWS_EC2_METADATA_SERVICE_ENDPOINT: 'by `ec2`: the address of the server',
  AWS_VAULT_REFRESH: 'the flags of `exec`, where there were any that `refresh` has to repeat',
}

/** Between processes of ours, and of no use to a person. */
export const INTERNAL_VARIABLES: ReadonlySet<string> = new Set(['AWS_VAULT_COMMANDS_OF', 'AWS_VAULT_QUESTION'])
