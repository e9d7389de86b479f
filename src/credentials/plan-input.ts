import type { Located } from '../aws-config/origin.ts'
import type { ConfigFile } from '../aws-config/read-config.ts'

/** All that a plan depends on. */
export interface PlanInput {
  /** The profile that the user named. */
  readonly profile: string
  readonly config: ConfigFile
  /** Names of the profiles whose long-lived keys are stored. */
  readonly storedKeys: ReadonlySet<string>
  readonly wishes: Wishes
  /** Profile keys (lower case) that providers claim, each with the provider's name. */
  readonly claims: ReadonlyMap<string, string>
  /** A role that the profile's credentials shall assume, beyond what the profile says. */
  readonly furtherRole?: Located<string>
}

/**
 * What the command line and the environment ask for. What stands here beats the profile. Lengths of time are in
 * seconds.
 */
export interface Wishes {
  /** `false`: `--no-session`, no GetSessionToken. */
  readonly session: boolean
  /** How long the credentials that come out shall live (`-d`, `AWS_VAULT_DURATION`). */
  readonly duration?: Located<number>

  // For every level of the chain:
  /** `--region`, `AWS_REGION`, `AWS_DEFAULT_REGION`. */
  readonly region?: Located<string>
  /** `AWS_MFA_SERIAL`. */
  readonly mfaSerial?: Located<string>
  /** `AWS_STS_REGIONAL_ENDPOINTS`. */
  readonly stsRegionalEndpoints?: Located<string>
  /** `AWS_ENDPOINT_URL_STS`, `AWS_ENDPOINT_URL`. */
  readonly endpointUrl?: Located<string>
  /** `AWS_ENDPOINT_URL_IAM`, `AWS_ENDPOINT_URL`; for `rotate`, no plan depends on it. */
  readonly iamEndpointUrl?: Located<string>
  /** `AWS_ENDPOINT_URL_SSO`, `AWS_ENDPOINT_URL`. */
  readonly ssoEndpointUrl?: Located<string>
  /** `AWS_ENDPOINT_URL_SSO_OIDC`, `AWS_ENDPOINT_URL`. */
  readonly ssoOidcEndpointUrl?: Located<string>
  /** `AWS_ENDPOINT_URL_SIGNIN`, `AWS_ENDPOINT_URL`. */
  readonly signInEndpointUrl?: Located<string>
  /** `AWS_SESSION_TOKEN_TTL`. */
  readonly sessionTokenTtl?: Located<number>
  /** `AWS_CHAINED_SESSION_TOKEN_TTL`. */
  readonly chainedSessionTokenTtl?: Located<number>
  /** `AWS_ASSUME_ROLE_TTL`. */
  readonly assumeRoleTtl?: Located<number>
  /** `AWS_FEDERATION_TOKEN_TTL`. */
  readonly federationTokenTtl?: Located<number>

  // For the named profile alone:
  /** `AWS_ROLE_ARN`. */
  readonly roleArn?: Located<string>
  /** `AWS_WEB_IDENTITY_TOKEN_FILE`. */
  readonly webIdentityTokenFile?: Located<string>
  /** `AWS_ROLE_SESSION_NAME`. */
  readonly roleSessionName?: Located<string>
  /** `AWS_SESSION_TAGS`: `key=value,key=value`. */
  readonly sessionTags?: Located<string>
  /** `AWS_TRANSITIVE_TAGS`: `key,key`. */
  readonly transitiveTags?: Located<string>
  /** `AWS_SOURCE_IDENTITY`. */
  readonly sourceIdentity?: Located<string>

  /**
   * Whether they are for a sign-in to the console, which takes roles and federated sessions and no session of a user.
   * How long that lasts is asked for there, where AWS takes it.
   */
  readonly forConsole?: true

  /** What the credentials that come out shall be restricted to. */
  readonly policy?: PolicyWishes
}

/** Session policies, as the command line asks for them. */
export interface PolicyWishes {
  /** `--policy`: path of a file with a policy. */
  readonly file?: Located<string>
  /** `--policy-arn`: managed policies. */
  readonly arns?: readonly Located<string>[]
  /** `--read-only`, `--no-read-only`. */
  readonly readOnly?: Located<boolean>
}
