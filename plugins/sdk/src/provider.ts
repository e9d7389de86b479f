import type { PartContext } from './context.ts'
import type { Credentials } from './credentials.ts'
import type { JsonValue } from './json.ts'
import type { SignInLoginStore } from './sign-in.ts'
import type { SsoRole, SsoTokenStore } from './sso.ts'

/** One step of a plan, as a provider sees it: plain data. */
export interface CredentialStep {
  /** The contribution that runs it, e.g. `assume-role`. */
  readonly provider: string
  /** The profile in the AWS config that asks for it. */
  readonly profile: string
  /** The AWS region whose endpoint is called. */
  readonly region?: string
  /** An endpoint to call instead of the region's own (`endpoint_url`, `AWS_ENDPOINT_URL_STS`, `AWS_ENDPOINT_URL`). */
  readonly endpointUrl?: string
  /** How long the credentials shall live, in seconds. */
  readonly durationSeconds?: number
  /** The MFA device whose code AWS wants with this step. */
  readonly mfaSerial?: string
  /** What else the provider needs, e.g. `roleArn`. Never a secret. */
  readonly parameters: Readonly<Record<string, JsonValue>>
}

/** What a step is made from. */
export interface StepInput {
  /** The credentials of the step before; absent for a step that is a source. */
  readonly source?: Credentials
  /** A fresh code of the step's MFA device; present exactly when the step has an `mfaSerial`. */
  readonly mfaCode?: string
  /** Where logins to AWS access portals are kept; present exactly for steps of the provider `sso`. */
  readonly tokens?: SsoTokenStore
  /** Where sign-ins to the AWS console are kept; present exactly for steps of the provider `sign-in`. */
  readonly logins?: SignInLoginStore
}

/** Contribution kind `providers`: turns a step into credentials. */
export interface CredentialProvider {
  /**
   * Makes new credentials. Caching, locking and asking for MFA codes is done by the caller.
   * @throws MfaRefusedError when AWS refuses the code
   * @throws SourceExpiredError when AWS says that the source credentials are expired or revoked
   */
  resolve(step: CredentialStep, input: StepInput, context: PartContext): Promise<Credentials>
  /**
   * Whether `session`, which another program left in the keyring without a word on what it was made for, is what `step`
   * would give. A provider without this method never takes over such a session.
   */
  recognises?(step: CredentialStep, session: Credentials, context: PartContext): Promise<boolean>
  /**
   * Logs the person in anew, whatever login there is. For providers whose credentials stem from one (`sso login`); the
   * step may lack what only `resolve` needs.
   * @returns when the login ends, as far as that is known: the issuer may let it be renewed
   */
  login?(step: CredentialStep, input: StepInput, context: PartContext): Promise<Date>
  /** What the person may use, by account and role (`sso list`). Logs in if there is no login. */
  listRoles?(step: CredentialStep, input: StepInput, context: PartContext): Promise<readonly SsoRole[]>
}
