import type { Caller, Role } from './model.ts'

/** What is asked of a role. */
export interface AssumeRequest {
  readonly mfa: boolean
  readonly externalId: string | undefined
  /** Whether session tags are passed or inherited. */
  readonly tags: boolean
  readonly sourceIdentity: string | undefined
}

/**
 * The action that a role's trust does not allow its caller; `undefined` when it allows everything that is asked.
 * AWS evaluates sts:TagSession and sts:SetSourceIdentity beside sts:AssumeRole, under the same conditions.
 */
export function untrustedAction({ trust }: Role, caller: Caller, request: AssumeRequest): string | undefined {
  const names = namesOf(caller)
  const trusted =
    trust.principals.some(principal => principal === '*' || names.includes(principal)) &&
    (trust.requireMfa !== true || request.mfa) &&
    (trust.externalId === undefined || trust.externalId === request.externalId)
  if (!trusted) return 'sts:AssumeRole'
  if (request.tags && trust.tagSession !== true) return 'sts:TagSession'
  if (request.sourceIdentity !== undefined && trust.setSourceIdentity !== true) return 'sts:SetSourceIdentity'
  return undefined
}

/** Everything that a trust policy can name a caller by. A federated user cannot be named: it may not assume roles. */
function namesOf({ principal }: Caller): string[] {
  switch (principal.kind) {
    case 'user':
      return [principal.user.arn, ...accountNames(principal.user)]
    case 'role': {
      const { role, sessionName } = principal
      const session = `arn:${role.partition}:sts::${role.account}:assumed-role/${role.name}/${sessionName}`
      return [role.arn, session, ...accountNames(role)]
    }
    case 'federated':
      return []
  }
}

function accountNames({ partition, account }: { partition: string; account: string }): string[] {
  return [account, `arn:${partition}:iam::${account}:root`]
}
