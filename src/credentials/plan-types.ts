import type { CredentialStep } from '@aws-vault/plugin-sdk'
import type { Located, Origin } from '../aws-config/origin.ts'
import type { SessionSlot } from '../vault/session-key.ts'
import type { Confirmation } from './confirmation.ts'

export type { SessionSlot } from '../vault/session-key.ts'

/** Why a step is there, or why it is as it is: a sentence, and the setting that caused it. */
export interface Reason {
  readonly text: string
  readonly origin?: Origin
}

/** The long-lived keys stored under a profile's name. */
export interface StoredKeysStep {
  readonly kind: 'stored-keys'
  readonly profile: string
  readonly why: readonly Reason[]
}

/** A call to a provider: as a source of its own, or to exchange the credentials of the step before. */
export interface ProviderStep {
  readonly kind: 'provider'
  /** What the provider is told. */
  readonly step: CredentialStep
  /** The command that prints the MFA code (`mfa_process`), where the user has one. */
  readonly mfaProcess?: string
  /** Where its result is kept; absent when it is not cached. */
  readonly cache?: SessionSlot
  /**
   * Whether a cached session will do however long it was asked to live: nobody wished for a certain time. Otherwise
   * `exec work` (1 h) and `exec admin` (8 h, then a role) would take turns to ask for an MFA code.
   */
  readonly anyLifetime?: true
  /** Whether its provider is given the logins in the keyring. */
  readonly tokens?: true
  /** Whether its provider is given the sign-ins in the keyring. */
  readonly logins?: true
  readonly why: readonly Reason[]
}

export type PlanStep = StoredKeysStep | ProviderStep

/** How credentials of a profile come about: a source, then exchanges, each signed by the one before. Plain data. */
export interface Plan {
  /** The profile that the user named. */
  readonly profile: string
  /** The region that the program is told. */
  readonly region?: string
  readonly steps: readonly [PlanStep, ...PlanStep[]]
  /**
   * The file with the session policy of the last step, as it was named. Its text has yet to be put in: see
   * {@link withPolicyDocument} in session-policy.ts.
   */
  readonly policyFile?: Located<string>
  /** Whether a person has to agree first. */
  readonly confirm?: Confirmation
  /** What the user should know and would not expect, e.g. a wish that was cut. */
  readonly notes: readonly string[]
}
