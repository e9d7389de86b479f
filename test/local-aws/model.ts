import type { KeyObject } from 'node:crypto'

/** A group of regions with its own accounts and its own name in ARNs. */
export type Partition = 'aws' | 'aws-cn' | 'aws-us-gov' | 'aws-eusc'

/** A long-lived access key. */
export interface AccessKey {
  readonly id: string
  readonly secret: string
  active: boolean
  /** Milliseconds since 1970. */
  readonly created: number
  /** The last call that it signed. */
  lastUsed?: { readonly at: number; readonly service: string }
}

/** A virtual MFA device. */
export interface MfaDevice {
  /** Its ARN. */
  readonly serial: string
  /** What it shares with AWS, in base32. */
  readonly secret: string
  /** The 30-second steps whose code was accepted: no code is accepted twice. */
  readonly usedSteps: Set<number>
}

/** An IAM user, or the root user of an account. */
export interface User {
  readonly account: string
  readonly partition: Partition
  readonly name: string
  readonly path: string
  readonly arn: string
  readonly id: string
  readonly root: boolean
  readonly created: number
  readonly accessKeys: AccessKey[]
  readonly mfaDevices: MfaDevice[]
  /** Actions that a policy denies, such as `iam:*`. */
  readonly deny: readonly string[]
  /** Actions that a policy denies unless MFA was used. */
  readonly requireMfa: readonly string[]
}

/** Who may assume a role, and how. */
export interface Trust {
  /** ARNs of users, roles, assumed roles and account roots, account ids, or `*`. */
  readonly principals: readonly string[]
  /** `Bool: {aws:MultiFactorAuthPresent: true}`. */
  readonly requireMfa?: boolean
  /** `StringEquals: {sts:ExternalId: ...}`. */
  readonly externalId?: string
  /** Whether sts:TagSession is allowed; needed to pass tags, or to inherit transitive ones. Not by default. */
  readonly tagSession?: boolean
  /** Whether sts:SetSourceIdentity is allowed. Not by default. */
  readonly setSourceIdentity?: boolean
  /** Allows sts:AssumeRoleWithWebIdentity to tokens of this issuer. */
  readonly webIdentity?: { readonly issuer: string; readonly audience?: string; readonly subject?: string }
}

/** An IAM role. */
export interface Role {
  readonly account: string
  readonly partition: Partition
  readonly name: string
  readonly path: string
  readonly arn: string
  readonly id: string
  readonly trust: Trust
  /** Seconds. */
  readonly maxSessionDuration: number
  /** Actions that a policy denies. */
  readonly deny: readonly string[]
}

/** An OpenID Connect provider that an account trusts. */
export interface IdentityProvider {
  readonly account: string
  readonly issuer: string
  readonly audiences: readonly string[]
  /** Signs tokens, as its owner would. */
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

/** Whom credentials stand for. */
export type Principal =
  | { readonly kind: 'user'; readonly user: User }
  | { readonly kind: 'role'; readonly role: Role; readonly sessionName: string }
  | { readonly kind: 'federated'; readonly user: User; readonly name: string }

/** Temporary credentials. */
export interface Session {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly principal: Principal
  /** Milliseconds since 1970, whole seconds. */
  readonly expiration: number
  /** Whether `aws:MultiFactorAuthPresent` is true for its calls. */
  readonly mfa: boolean
  /** Tags that go over to the sessions made from this one. */
  readonly transitiveTags: ReadonlyMap<string, string>
  readonly sourceIdentity?: string
  /** Whether other temporary credentials asked for it (role chaining). */
  readonly chained?: boolean
  /** Set when the sessions of its role were revoked: every action is denied from then on. */
  denied: boolean
}

/** Who signed a call. */
export interface Caller {
  readonly accessKeyId: string
  readonly principal: Principal
  /** Absent for a long-lived key. */
  readonly session?: Session
}

/** The account that a principal belongs to. */
export function accountOf(principal: Principal): string {
  return principal.kind === 'role' ? principal.role.account : principal.user.account
}

/** The partition of a principal's account. */
export function partitionOf(principal: Principal): Partition {
  return principal.kind === 'role' ? principal.role.partition : principal.user.partition
}

/** The ARN that GetCallerIdentity answers. */
export function arnOf(principal: Principal): string {
  switch (principal.kind) {
    case 'user':
      return principal.user.arn
    case 'role': {
      const { partition, account, name } = principal.role
      return `arn:${partition}:sts::${account}:assumed-role/${name}/${principal.sessionName}`
    }
    case 'federated':
      return `arn:${principal.user.partition}:sts::${principal.user.account}:federated-user/${principal.name}`
  }
}

/** The unique id that GetCallerIdentity answers. */
export function userIdOf(principal: Principal): string {
  switch (principal.kind) {
    case 'user':
      return principal.user.id
    case 'role':
      return `${principal.role.id}:${principal.sessionName}`
    case 'federated':
      return `${principal.user.account}:${principal.name}`
  }
}
