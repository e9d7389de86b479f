import { AwsError } from './aws-error.ts'
import { headerOf } from './http-message.ts'
import type { Role } from './model.ts'
import { type RestInput, type RestResult, restService } from './rest-json.ts'
import type { Service } from './service.ts'
import type { Portal, SsoDirectory } from './sso-directory.ts'
import type { World } from './world.ts'

/** So few that every client has to turn pages. */
const pageSize = 2

/**
 * The access portal of IAM Identity Center, https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/Welcome.html
 */
export function ssoPortalService(directory: SsoDirectory, world: World): Service {
  const action = (route: string, name: string, logged: readonly string[], perform: Perform) => ({
    route,
    action: name,
    logged,
    perform: (input: RestInput) => perform(input.members, portalOf(input, directory), world),
  })
  return restService(
    'sso',
    [
      action('GET /federation/credentials', 'GetRoleCredentials', ['account_id', 'role_name'], getRoleCredentials),
      action('GET /assignment/accounts', 'ListAccounts', ['next_token'], listAccounts),
      action('GET /assignment/roles', 'ListAccountRoles', ['account_id', 'next_token'], listAccountRoles),
    ],
    ({ message }) => ({ message }),
  )
}

type Members = Readonly<Record<string, unknown>>
type Perform = (members: Members, portal: Portal, world: World) => RestResult

/** The portal that the bearer token is good for. */
function portalOf({ request }: RestInput, directory: SsoDirectory): Portal {
  const facts = directory.accessTokens.get(headerOf(request, 'x-amz-sso_bearer_token') ?? '')
  if (facts === undefined || facts.expiration <= directory.now()) {
    throw new AwsError('UnauthorizedException', 401, 'Session token not found or invalid')
  }
  return facts.portal
}

function getRoleCredentials({ account_id, role_name }: Members, portal: Portal, world: World): RestResult {
  const account = portal.accounts.find(({ id }) => id === account_id)
  if (account === undefined || !account.roles.includes(role_name as string)) {
    throw new AwsError('ForbiddenException', 403, 'No access')
  }
  const principal = { kind: 'role', role: reservedRole(account.id, role_name as string, world), sessionName: 'alice' }
  const session = world.issue(principal as { kind: 'role'; role: Role; sessionName: string }, portal.roleSeconds)
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = session
  return { issued: accessKeyId, json: { roleCredentials: { accessKeyId, secretAccessKey, sessionToken, expiration } } }
}

/** The role in the account that stands for a permission set. */
function reservedRole(account: string, permissionSet: string, world: World): Role {
  const path = '/aws-reserved/sso.amazonaws.com/'
  const name = `AWSReservedSSO_${permissionSet}_0123456789abcdef`
  const trust = { principals: [] }
  return world.role(`arn:aws:iam::${account}:role${path}${name}`) ?? world.addRole({ account, name, path, trust })
}

function listAccounts(members: Members, { accounts }: Portal): RestResult {
  const { page, nextToken } = pageOf(accounts, members)
  const accountList = page.map(({ id, name }) => ({
    accountId: id,
    accountName: name,
    emailAddress: `${id}@example.com`,
  }))
  return { json: { accountList, ...nextToken } }
}

function listAccountRoles(members: Members, { accounts }: Portal): RestResult {
  const account = accounts.find(({ id }) => id === members.account_id)
  if (account === undefined) throw new AwsError('ForbiddenException', 403, 'No access')
  const { page, nextToken } = pageOf(account.roles, members)
  return { json: { roleList: page.map(roleName => ({ roleName, accountId: account.id })), ...nextToken } }
}

function pageOf<T>(all: readonly T[], { next_token }: Members) {
  const start = Number(next_token ?? 0)
  const end = start + pageSize
  return { page: all.slice(start, end), nextToken: end < all.length ? { nextToken: String(end) } : {} }
}
