import type { FaultSpec } from './faults.ts'
import type { Partition, Trust } from './model.ts'

/** The account of everything that names none: the one of AWS's documentation. */
export const defaultAccount = '123456789012'

/** An account. Those of the partition `aws` need not be declared. */
export interface AccountSpec {
  /** Twelve digits. */
  readonly id: string
  readonly partition?: Partition
}

/** A user with keys and MFA devices. */
export interface UserSpec {
  readonly account?: string
  readonly name: string
  /** `/` if absent. */
  readonly path?: string
  /** The root user of its account; the name then only serves to find it. */
  readonly root?: boolean
  /** Two at most. What is left out is made up. */
  readonly accessKeys?: readonly { readonly id?: string; readonly secret?: string; readonly active?: boolean }[]
  /** The serial of the first is `arn:aws:iam::<account>:mfa/<name>` if left out; a secret is made up. */
  readonly mfaDevices?: readonly { readonly serial?: string; readonly secret?: string }[]
  /** Actions that a policy denies, such as `iam:GetUser` or `iam:*`. */
  readonly deny?: readonly string[]
  /** Actions that a policy denies unless MFA was used. */
  readonly requireMfa?: readonly string[]
}

/** A role. */
export interface RoleSpec {
  readonly account?: string
  readonly name: string
  /** `/` if absent. */
  readonly path?: string
  /** Its own account if absent. */
  readonly trust?: Partial<Trust>
  /** Seconds, 3600 to 43200; 3600 if absent. */
  readonly maxSessionDuration?: number
  /** Actions that a policy denies to its sessions. */
  readonly deny?: readonly string[]
}

/** An OpenID Connect provider that an account trusts; its keys are made up, and sign what webIdentityToken gives. */
export interface IdentityProviderSpec {
  readonly account?: string
  /** An https address. */
  readonly issuer: string
  /** `sts.amazonaws.com` if absent. */
  readonly audiences?: readonly string[]
}

/** Temporary credentials that someone has already: those of a user, or of a role when `role` is given. */
export interface SessionSpec {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** Name or ARN. */
  readonly user?: string | undefined
  /** Name or ARN. */
  readonly role?: string | undefined
  readonly roleSessionName?: string | undefined
  /** A time, in text as ISO 8601; an hour from now if absent. */
  readonly expiration?: Date | string
  /** Whether it was made with MFA. */
  readonly mfa?: boolean
}

/** An AWS access portal, of an organisation with one person, alice. */
export interface SsoSpec {
  readonly startUrl: string
  /** What alice may use, by account. */
  readonly accounts: readonly { readonly id: string; readonly name: string; readonly roles: readonly string[] }[]
  /** How long an access token lives; 8 h if absent. */
  readonly accessTokenSeconds?: number
  /** How long a login can be renewed; 7 days if absent. */
  readonly loginSeconds?: number
  /** How long a device code lives; 10 minutes if absent. */
  readonly deviceSeconds?: number
  /** How long to wait between two questions for a token; 1 s if absent. */
  readonly interval?: number
  /** How long the credentials of a role live; 1 h if absent. */
  readonly roleSeconds?: number
}

/** Who is signed in to the AWS console in the browser, as a user or a role. */
export interface SignInSpec {
  /** Name or ARN. */
  readonly user?: string | undefined
  /** Name or ARN. */
  readonly role?: string | undefined
  readonly roleSessionName?: string | undefined
  /** How long credentials live; 15 minutes if absent. */
  readonly credentialSeconds?: number
  /** How long they can be renewed; 12 h if absent. */
  readonly loginSeconds?: number
}

/** Everything that a local AWS starts with. Plain JSON. */
export interface WorldSpec {
  readonly accounts?: readonly AccountSpec[]
  readonly users?: readonly UserSpec[]
  readonly roles?: readonly RoleSpec[]
  readonly identityProviders?: readonly IdentityProviderSpec[]
  readonly sessions?: readonly SessionSpec[]
  readonly sso?: readonly SsoSpec[]
  readonly signIn?: SignInSpec
  readonly faults?: readonly FaultSpec[]
}

/**
 * Refuses members that mean nothing: a misspelt `requireMfa` would make a test pass that should not.
 * @throws Error that names the first one
 */
export function checkMembers<T extends object>(what: string, given: T, known: readonly (keyof T & string)[]): void {
  const name = Object.keys(given).find(member => !(known as readonly string[]).includes(member))
  if (name !== undefined) throw new Error(`${what} has no member "${name}"`)
}
