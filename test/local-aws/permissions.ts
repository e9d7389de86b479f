import { accessDenied } from './aws-error.ts'
import { arnOf, type Caller } from './model.ts'

/**
 * Whether the caller's policies let it do something. Everybody may do everything except what is denied: by name, for
 * want of MFA, or because its role's sessions were revoked.
 * @param mfa whether `aws:MultiFactorAuthPresent` is true for this call; that of the session if absent
 * @throws AwsError AccessDenied
 */
export function authorise(caller: Caller, action: string, resource: string, mfa = caller.session?.mfa === true): void {
  const { principal, session } = caller
  const denied =
    principal.kind === 'role'
      ? session?.denied === true || covers(principal.role.deny, action)
      : covers(principal.user.deny, action) || (!mfa && covers(principal.user.requireMfa, action))
  if (denied)
    throw accessDenied(`${refusalText(caller, action, resource)} with an explicit deny in an identity-based policy`)
}

/** The sentence that says that a caller may not do something. */
export function refusalText(caller: Caller, action: string, resource: string): string {
  return `User: ${arnOf(caller.principal)} is not authorized to perform: ${action} on resource: ${resource}`
}

/** Whether one of the patterns (`iam:*`) stands for the action. IAM compares actions without regard to case. */
function covers(patterns: readonly string[], action: string): boolean {
  return patterns.some(pattern => {
    const expression = pattern.replace(/[.*+?^${}()|[\]\\]/g, c => (c === '*' ? '.*' : c === '?' ? '.' : `\\${c}`))
    return new RegExp(`^${expression}$`, 'i').test(action)
  })
}
