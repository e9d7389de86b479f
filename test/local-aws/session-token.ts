import { credentials } from './assume-role.ts'
import { accessDenied } from './aws-error.ts'
import { checkMfa, codeRule, serialRule } from './mfa.ts'
import { arnOf, type Caller, type Principal, type User, userIdOf } from './model.ts'
import { authorise } from './permissions.ts'
import type { Parameters, QueryResult } from './query-protocol.ts'
import { brokenPolicyRules, checkPolicies, packedSize } from './session-policy.ts'
import { checkAll, integer, range, text } from './validation.ts'
import type { World } from './world.ts'

const [shortest, usual, longest, rootLongest] = [900, 43_200, 129_600, 3600] as const

/** `sts:GetSessionToken`, https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
export function getSessionToken(parameters: Parameters, caller: Caller, world: World): QueryResult {
  const duration = integer(parameters.DurationSeconds)
  checkAll([
    range('durationSeconds', duration, shortest, longest),
    text('serialNumber', parameters.SerialNumber, serialRule),
    text('tokenCode', parameters.TokenCode, codeRule),
  ])
  const user = longLivedUser(caller, 'GetSessionToken')
  const mfa = checkMfa(user, parameters.SerialNumber, parameters.TokenCode, world.now())
  const session = world.issue({ kind: 'user', user }, lifetime(user, duration), { mfa })
  return { issued: session.accessKeyId, result: { Credentials: credentials(session) } }
}

/** `sts:GetFederationToken`, https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html */
export function getFederationToken(parameters: Parameters, caller: Caller, world: World): QueryResult {
  const { Name } = parameters
  const duration = integer(parameters.DurationSeconds)
  checkAll([
    text('name', Name, { required: true, min: 2, max: 32, pattern: /^[\w+=,.@-]*$/ }),
    range('durationSeconds', duration, shortest, longest),
    brokenPolicyRules(parameters),
  ])
  checkPolicies(parameters)
  const user = longLivedUser(caller, 'GetFederationToken')
  const principal: Principal = { kind: 'federated', user, name: Name as string }
  authorise(caller, 'sts:GetFederationToken', arnOf(principal))
  const session = world.issue(principal, lifetime(user, duration))
  return {
    issued: session.accessKeyId,
    result: {
      Credentials: credentials(session),
      FederatedUser: { FederatedUserId: userIdOf(principal), Arn: arnOf(principal) },
      PackedPolicySize: packedSize(parameters),
    },
  }
}

function longLivedUser({ principal, session }: Caller, action: string): User {
  if (session !== undefined || principal.kind !== 'user') {
    throw accessDenied(`Cannot call ${action} with session credentials`)
  }
  return principal.user
}

/** Seconds. What a root user asks beyond an hour is cut to it. */
function lifetime(user: User, duration: number | undefined): number {
  return user.root ? Math.min(duration ?? rootLongest, rootLongest) : (duration ?? usual)
}
