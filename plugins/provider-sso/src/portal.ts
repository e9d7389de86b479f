import type { SSOClient } from '@aws-sdk/client-sso'
import { type Credentials, type PartContext, type SsoRole, VaultError } from '@aws-vault/plugin-sdk'
import { callAws, clientUrl, type Refusal, type SendOptions, unsignedSettings } from '@aws-vault/plugin-sdk/aws'
import { errorCodes } from './error-codes.ts'
import { type Target, textParameter } from './target.ts'

type SsoModule = typeof import('@aws-sdk/client-sso')

/**
 * The credentials of the step's role.
 * @throws VaultError ERR_SSO_TOKEN_REFUSED when the portal does not take the token; ERR_SSO_DENIED when the person has
 *   no such role; ERR_SSO_REFUSED, ERR_SSO_ANSWER
 */
export async function getRoleCredentials(
  target: Target,
  accessToken: string,
  context: PartContext,
): Promise<Credentials> {
  const { step } = target
  const [accountId, roleName] = [textParameter(step, 'accountId'), textParameter(step, 'roleName')]
  const what = `the role ${roleName} in account ${accountId}`
  const call = { action: 'GetRoleCredentials', target, accessToken, what }
  const { roleCredentials } = await callPortal(call, context, (client, sso, options) =>
    client.send(new sso.GetRoleCredentialsCommand({ accessToken, accountId, roleName }), options),
  )
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = roleCredentials ?? {}
  if (!accessKeyId || !secretAccessKey || !sessionToken || !expiration) {
    const { profile } = step
    throw new VaultError(
      'ERR_SSO_ANSWER',
      `AWS answered GetRoleCredentials for profile "${profile}" without credentials`,
      {
        hint: 'check that the endpoint is one of AWS',
        facts: { profile },
      },
    )
  }
  return { accessKeyId, secretAccessKey, sessionToken, expiration: new Date(expiration) }
}

/** All accounts and roles that the person may use, by account and name. */
export async function listRoles(target: Target, accessToken: string, context: PartContext): Promise<SsoRole[]> {
  const accounts = await allPages(async nextToken => {
    const call = { action: 'ListAccounts', target, accessToken, what: 'the accounts' }
    const page = await callPortal(call, context, (client, sso, options) =>
      client.send(new sso.ListAccountsCommand({ accessToken, nextToken }), options),
    )
    return { entries: page.accountList ?? [], nextToken: page.nextToken }
  })
  const roles: SsoRole[] = []
  for (const { accountId = '', accountName = '', emailAddress: accountEmail } of accounts) {
    const ofAccount = await allPages(async nextToken => {
      const call = { action: 'ListAccountRoles', target, accessToken, what: `the roles in account ${accountId}` }
      const page = await callPortal(call, context, (client, sso, options) =>
        client.send(new sso.ListAccountRolesCommand({ accessToken, accountId, nextToken }), options),
      )
      return { entries: page.roleList ?? [], nextToken: page.nextToken }
    })
    for (const { roleName = '' } of ofAccount) {
      roles.push({ accountId, accountName, ...(accountEmail && { accountEmail }), roleName })
    }
  }
  return roles.sort((a, b) => order(a).localeCompare(order(b)))
}

const order = ({ accountName, accountId, roleName }: SsoRole): string => [accountName, accountId, roleName].join('\0')

async function allPages<T>(
  read: (nextToken: string | undefined) => Promise<{ entries: readonly T[]; nextToken: string | undefined }>,
): Promise<T[]> {
  const all: T[] = []
  let next: string | undefined
  do {
    const { entries, nextToken } = await read(next)
    all.push(...entries)
    next = nextToken || undefined
  } while (next !== undefined)
  return all
}

interface PortalCall {
  readonly action: string
  readonly target: Target
  readonly accessToken: string
  /** What is asked for, in words. */
  readonly what: string
}

async function callPortal<T>(
  { action, target, accessToken, what }: PortalCall,
  context: PartContext,
  send: (client: SSOClient, sso: SsoModule, options: SendOptions) => Promise<T>,
): Promise<T> {
  const { step, region } = target
  const { endpointUrl } = step
  const sso: SsoModule = await import('@aws-sdk/client-sso')
  const client = new sso.SSOClient(unsignedSettings(region, endpointUrl))
  const url = clientUrl(client, region, endpointUrl)
  const call = { action, step, url, endpointUrl, secrets: [accessToken], codes: errorCodes }
  return callAws({ ...call, refused: refusal => refused(what, target, refusal) }, client, context, options =>
    send(client, sso, options),
  )
}

function refused(what: string, { startUrl, step }: Target, refusal: Refusal): VaultError {
  const { awsCode, httpStatus, said, error } = refusal
  const { profile } = step
  if (httpStatus === 401 || awsCode === 'UnauthorizedException') {
    const message = `AWS does not accept the login to ${startUrl}: ${said}`
    return error('ERR_SSO_TOKEN_REFUSED', message, `log in again: aws-vault sso login ${profile}`)
  }
  if (httpStatus === 403) {
    const message = `AWS denied profile "${profile}" ${what}: ${said}`
    return error('ERR_SSO_DENIED', message, `see what you may use: aws-vault sso list ${profile}`)
  }
  return error('ERR_SSO_REFUSED', `AWS refused profile "${profile}" ${what}: ${said}`)
}
