import { AwsError, validationError } from './aws-error.ts'
import { type AccessKey, accountOf, type Caller, type User } from './model.ts'
import { authorise } from './permissions.ts'
import { type Parameters, type QueryResult, queryService } from './query-protocol.ts'
import type { Service } from './service.ts'
import { checkAll, text } from './validation.ts'
import type { World } from './world.ts'

/** How many access keys a user can have, active or not. */
const keysPerUser = 2

const regions = {
  aws: 'us-east-1',
  'aws-cn': 'cn-north-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-eusc': 'eusc-de-east-1',
}

/** What AWS Vault needs of IAM: the user and its access keys. */
export function iamService(world: World): Service {
  return queryService(
    {
      signing: { service: 'iam', region: partition => regions[partition] },
      version: '2010-05-08',
      namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
      signed: {
        CreateAccessKey: createAccessKey,
        DeleteAccessKey: deleteAccessKey,
        GetAccessKeyLastUsed: getAccessKeyLastUsed,
        GetUser: getUser,
        ListAccessKeys: listAccessKeys,
        UpdateAccessKey: updateAccessKey,
      },
    },
    world,
  )
}

function getUser(parameters: Parameters, caller: Caller, world: World): QueryResult {
  const user = permittedUser('GetUser', parameters, caller, world)
  return {
    result: {
      User: {
        Path: user.root ? undefined : user.path,
        UserName: user.root ? undefined : user.name,
        UserId: user.id,
        Arn: user.arn,
        CreateDate: new Date(user.created),
      },
    },
  }
}

function listAccessKeys(parameters: Parameters, caller: Caller, world: World): QueryResult {
  const user = permittedUser('ListAccessKeys', parameters, caller, world)
  const keys = user.accessKeys.map(key => describe(user, key))
  return { result: { AccessKeyMetadata: keys, IsTruncated: false } }
}

function getAccessKeyLastUsed(parameters: Parameters, caller: Caller, world: World): QueryResult {
  const { AccessKeyId } = parameters
  checkAll([text('accessKeyId', AccessKeyId, keyIdRule)])
  const user = permittedUser('GetAccessKeyLastUsed', parameters, caller, world)
  const { lastUsed } = keyOf(user, AccessKeyId as string)
  const used =
    lastUsed === undefined
      ? { ServiceName: 'N/A', Region: 'N/A' }
      : { LastUsedDate: new Date(lastUsed.at), ServiceName: lastUsed.service, Region: 'us-east-1' }
  return { result: { UserName: user.name, AccessKeyLastUsed: used } }
}

function createAccessKey(parameters: Parameters, caller: Caller, world: World): QueryResult {
  const user = permittedUser('CreateAccessKey', parameters, caller, world)
  if (user.accessKeys.length >= keysPerUser) {
    throw new AwsError('LimitExceeded', 409, `Cannot exceed quota for AccessKeysPerUser: ${keysPerUser}`)
  }
  const key = world.addAccessKey(user)
  return { issued: key.id, result: { AccessKey: { ...describe(user, key), SecretAccessKey: key.secret } } }
}

function updateAccessKey(parameters: Parameters, caller: Caller, world: World): QueryResult {
  const { AccessKeyId, Status } = parameters
  checkAll([
    text('accessKeyId', AccessKeyId, keyIdRule),
    text('status', Status, { required: true, pattern: /^(Active|Inactive)$/ }),
  ])
  const user = permittedUser('UpdateAccessKey', parameters, caller, world)
  keyOf(user, AccessKeyId as string).active = Status === 'Active'
  return {}
}

function deleteAccessKey(parameters: Parameters, caller: Caller, world: World): QueryResult {
  const { AccessKeyId } = parameters
  checkAll([text('accessKeyId', AccessKeyId, keyIdRule)])
  const user = permittedUser('DeleteAccessKey', parameters, caller, world)
  user.accessKeys.splice(user.accessKeys.indexOf(keyOf(user, AccessKeyId as string)), 1)
  return {}
}

const keyIdRule = { required: true, min: 16, max: 128, pattern: /^[\w]*$/ }

/**
 * The user that a call is about: the one it names, or the caller itself.
 * @throws AwsError when the caller may not call IAM, there is no such user, or a role names none
 */
function permittedUser(action: string, { UserName }: Parameters, caller: Caller, world: World): User {
  checkAll([text('userName', UserName, { min: 1, max: 128, pattern: /^[\w+=,.@-]*$/ })])
  const { principal, session } = caller
  // Sessions of GetFederationToken cannot call IAM, those of GetSessionToken only with MFA.
  if (principal.kind !== 'role' && session !== undefined && (principal.kind === 'federated' || !session.mfa)) {
    throw new AwsError('InvalidClientTokenId', 403, 'The security token included in the request is invalid')
  }
  if (UserName === undefined && principal.kind !== 'user') {
    throw validationError('Must specify userName when calling with non-User credentials')
  }
  const user =
    UserName === undefined && principal.kind === 'user'
      ? principal.user
      : world.user(UserName as string, accountOf(principal))
  authorise(caller, `iam:${action}`, `user ${UserName ?? user?.name}`)
  if (user === undefined || (user.root && UserName !== undefined)) {
    throw new AwsError('NoSuchEntity', 404, `The user with name ${UserName} cannot be found.`)
  }
  return user
}

/** @throws AwsError NoSuchEntity when the key is not the user's */
function keyOf(user: User, id: string): AccessKey {
  const key = user.accessKeys.find(candidate => candidate.id === id)
  if (key === undefined) throw new AwsError('NoSuchEntity', 404, `The Access Key with id ${id} cannot be found.`)
  return key
}

function describe(user: User, key: AccessKey) {
  return {
    UserName: user.root ? undefined : user.name,
    AccessKeyId: key.id,
    Status: key.active ? 'Active' : 'Inactive',
    CreateDate: new Date(key.created),
  }
}
