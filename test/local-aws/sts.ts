import { assumeRole, assumeRoleWithWebIdentity } from './assume-role.ts'
import { accessDenied, validationError } from './aws-error.ts'
import { accountOf, arnOf, type Caller, userIdOf } from './model.ts'
import { authorise, refusalText } from './permissions.ts'
import { type Parameters, type QueryResult, queryService } from './query-protocol.ts'
import type { Service } from './service.ts'
import { getFederationToken, getSessionToken } from './session-token.ts'
import { checkAll, text } from './validation.ts'
import type { World } from './world.ts'

/** AWS Security Token Service. */
export function stsService(world: World): Service {
  return queryService(
    {
      signing: { service: 'sts' },
      version: '2011-06-15',
      namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
      secretParameters: ['WebIdentityToken'],
      signed: {
        AssumeRole: assumeRole,
        GetAccessKeyInfo: getAccessKeyInfo,
        GetCallerIdentity: getCallerIdentity,
        GetFederationToken: getFederationToken,
        GetSessionToken: getSessionToken,
      },
      unsigned: { AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity },
    },
    world,
  )
}

/** Needs no permission: no policy can deny it. */
function getCallerIdentity(_: Parameters, { principal }: Caller): QueryResult {
  return { result: { Arn: arnOf(principal), UserId: userIdOf(principal), Account: accountOf(principal) } }
}

function getAccessKeyInfo(parameters: Parameters, caller: Caller, world: World): QueryResult {
  const { AccessKeyId } = parameters
  checkAll([text('accessKeyId', AccessKeyId, { required: true, min: 16, max: 128, pattern: /^[\w]*$/ })])
  if (caller.session !== undefined && caller.principal.kind !== 'role') {
    // The sessions of GetSessionToken and GetFederationToken can call little of STS.
    throw accessDenied(refusalText(caller, 'sts:GetAccessKeyInfo', '*'))
  }
  authorise(caller, 'sts:GetAccessKeyInfo', '*')
  const owner = world.ownerOf(AccessKeyId as string)
  if (owner === undefined) throw validationError(`Access key ${AccessKeyId} does not belong to any account`)
  return { result: { Account: accountOf(owner.principal) } }
}
