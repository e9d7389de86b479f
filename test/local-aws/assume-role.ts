import { accessDenied, validationError } from './aws-error.ts'
import { checkMfa, codeRule, serialRule } from './mfa.ts'
import { arnOf, type Caller, type Principal, type Role, type Session, userIdOf } from './model.ts'
import { authorise, refusalText } from './permissions.ts'
import type { Parameters, QueryResult } from './query-protocol.ts'
import { brokenPolicyRules, checkPolicies, packedSize } from './session-policy.ts'
import { brokenTagRules, combineTags, tagsOf } from './session-tags.ts'
import { untrustedAction } from './trust.ts'
import { checkAll, integer, range, text } from './validation.ts'
import { verifyWebIdentity } from './web-identity.ts'
import type { SessionFacts, World } from './world.ts'
import type { XmlElement } from './xml.ts'

const nameRule = { min: 2, max: 64, pattern: /^[\w+=,.@-]*$/ }
const chainedSeconds = 3600

/** `sts:AssumeRole`, https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export function assumeRole(parameters: Parameters, caller: Caller, world: World): QueryResult {
  const { RoleArn, RoleSessionName, ExternalId, SerialNumber, TokenCode, SourceIdentity } = parameters
  const tags = tagsOf(parameters)
  const duration = integer(parameters.DurationSeconds)
  checkAll([
    ...commonRules(parameters, duration),
    text('externalId', ExternalId, { min: 2, max: 1224, pattern: /^[\w+=,.@:/-]*$/ }),
    text('serialNumber', SerialNumber, serialRule),
    text('tokenCode', TokenCode, codeRule),
    text('sourceIdentity', SourceIdentity, nameRule),
    brokenTagRules(tags),
  ])
  checkPolicies(parameters)
  const { principal, session } = caller
  if (principal.kind === 'user' && principal.user.root) {
    throw accessDenied('Roles may not be assumed by root accounts.')
  }
  const deviceOwner = principal.kind === 'user' ? principal.user : undefined
  const mfa = checkMfa(deviceOwner, SerialNumber, TokenCode, world.now()) || session?.mfa === true
  const { all, transitive } = combineTags(tags, session?.transitiveTags ?? new Map())
  const sourceIdentity = SourceIdentity ?? session?.sourceIdentity

  const roleArn = RoleArn as string
  authorise(caller, 'sts:AssumeRole', roleArn, mfa)
  const role = world.role(roleArn)
  const untrusted =
    role?.arn !== roleArn
      ? 'sts:AssumeRole'
      : untrustedAction(role, caller, {
          mfa,
          externalId: ExternalId,
          tags: all.size > 0,
          sourceIdentity,
        })
  // The source identity of a session stays what it is through the whole chain.
  const identityChanged = session?.sourceIdentity !== undefined && session.sourceIdentity !== sourceIdentity
  if (role === undefined || untrusted !== undefined || identityChanged) {
    throw accessDenied(refusalText(caller, untrusted ?? 'sts:SetSourceIdentity', roleArn))
  }

  // AWS counts every temporary credential as a role here, also those of GetSessionToken.
  if (session !== undefined && duration !== undefined && duration > chainedSeconds) {
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    )
  }
  const issued = issueRole(role, RoleSessionName as string, duration, world, {
    transitiveTags: transitive,
    sourceIdentity,
    chained: session !== undefined,
  })
  return {
    issued: issued.accessKeyId,
    result: {
      AssumedRoleUser: assumedRoleUser(issued.principal),
      Credentials: credentials(issued),
      PackedPolicySize: packedSize(parameters),
      SourceIdentity: sourceIdentity,
    },
  }
}

/** `sts:AssumeRoleWithWebIdentity`, https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
export function assumeRoleWithWebIdentity(parameters: Parameters, world: World): QueryResult {
  const { RoleArn, RoleSessionName, WebIdentityToken } = parameters
  const duration = integer(parameters.DurationSeconds)
  checkAll([
    ...commonRules(parameters, duration),
    // Its value is a secret, which no message may repeat: its length alone is checked.
    text('webIdentityToken', WebIdentityToken === undefined ? undefined : '*'.repeat(WebIdentityToken.length), {
      required: true,
      min: 4,
      max: 20000,
    }),
  ])
  checkPolicies(parameters)
  const role = world.role(RoleArn as string)
  if (role?.arn !== RoleArn || role === undefined) throw notAuthorised()
  const { issuer, subject, audience } = verifyWebIdentity(WebIdentityToken as string, role.account, world)
  const trusted = role.trust.webIdentity
  if (
    trusted?.issuer !== issuer ||
    (trusted.audience ?? audience) !== audience ||
    (trusted.subject ?? subject) !== subject
  ) {
    throw notAuthorised()
  }
  const issued = issueRole(role, RoleSessionName as string, duration, world, {})
  return {
    issued: issued.accessKeyId,
    result: {
      Audience: audience,
      AssumedRoleUser: assumedRoleUser(issued.principal),
      Provider: `arn:${role.partition}:iam::${role.account}:oidc-provider/${issuer.replace('https://', '')}`,
      Credentials: credentials(issued),
      SubjectFromWebIdentityToken: subject,
      PackedPolicySize: packedSize(parameters),
    },
  }
}

function notAuthorised() {
  return accessDenied('Not authorized to perform sts:AssumeRoleWithWebIdentity')
}

function commonRules(parameters: Parameters, duration: number | undefined): string[][] {
  return [
    text('roleArn', parameters.RoleArn, { required: true, min: 20, max: 2048 }),
    text('roleSessionName', parameters.RoleSessionName, { required: true, ...nameRule }),
    range('durationSeconds', duration, 900, 43200),
    brokenPolicyRules(parameters),
  ]
}

function issueRole(
  role: Role,
  sessionName: string,
  duration: number | undefined,
  world: World,
  facts: SessionFacts,
): Session {
  if (duration !== undefined && duration > role.maxSessionDuration) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
  }
  // AWS leaves MFA out of the context of role sessions, also when the role was assumed with a code.
  return world.issue({ kind: 'role', role, sessionName }, duration ?? 3600, facts)
}

function assumedRoleUser(principal: Principal): XmlElement {
  return { AssumedRoleId: userIdOf(principal), Arn: arnOf(principal) }
}

/** The `Credentials` element of an answer. */
export function credentials(session: Session): XmlElement {
  return {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secretAccessKey,
    SessionToken: session.sessionToken,
    Expiration: new Date(session.expiration),
  }
}
