import { printable, type SsoRole, VaultError } from '@aws-vault/plugin-sdk'
import { writableProfileName } from '../aws-config/unknown-profile.ts'
import type { GeneratedProfile } from './generated-profile.ts'
import type { NameTemplate } from './name-template.ts'

/** What the user wants profiles for, and how. */
export interface Wish {
  readonly session: string
  readonly name: NameTemplate
  readonly region?: string | undefined
  /** IDs or names of accounts; all if absent. */
  readonly accounts?: readonly string[] | undefined
  /** Names of roles; all if absent. */
  readonly roles?: readonly string[] | undefined
}

/** The profiles of a session. */
export interface WantedProfiles {
  /** Those that shall be there. */
  readonly profiles: readonly GeneratedProfile[]
  /** The names of all that might be: also those that a filter left out, which is no reason to remove one. */
  readonly allowed: ReadonlySet<string>
}

/**
 * The profiles for what a person may use, one for each role in each account. Pure.
 * @throws VaultError ERR_SSO_ANSWER for accounts and roles that are none: they are to be written into a file
 * @throws VaultError ERR_SSO_FILTER when a filter names what there is not
 * @throws VaultError ERR_SSO_NAME when two profiles would have one name, or one a name that it cannot have
 */
export function wantedProfiles(available: readonly SsoRole[], wish: Wish): WantedProfiles {
  const { accounts, roles } = wish
  checkFilter('account', accounts, new Set(available.flatMap(it => [it.accountId, it.accountName])))
  checkFilter('role', roles, new Set(available.map(({ roleName }) => roleName)))
  const isWanted = ({ accountId, accountName, roleName }: SsoRole): boolean =>
    (accounts === undefined || accounts.includes(accountId) || accounts.includes(accountName)) &&
    (roles === undefined || roles.includes(roleName))
  const chosen = available.filter(isWanted)
  for (const role of chosen) checkRole(role)
  const wanted = chosen.map(role => ({ role, profile: profileOf(role, wish) }))
  for (const same of Map.groupBy(wanted, ({ profile }) => profile.name).values()) checkName(same)
  return {
    profiles: wanted.map(({ profile }) => profile),
    allowed: new Set(available.map(role => wish.name(role, wish.session))),
  }
}

const profileOf = (role: SsoRole, { name, session, region }: Wish): GeneratedProfile => ({
  name: name(role, session),
  session,
  accountId: role.accountId,
  roleName: role.roleName,
  ...(region === undefined ? {} : { region }),
})

function checkRole({ accountId, roleName }: SsoRole): void {
  if (/^\d{12}$/.test(accountId) && /^[\w+=,.@-]{1,64}$/.test(roleName)) return
  const what = `the role ${JSON.stringify(roleName)} in the account ${JSON.stringify(accountId)}`
  throw new VaultError('ERR_SSO_ANSWER', `the access portal offers ${what}, which can be neither`, {
    hint: 'check that the endpoint is one of AWS',
  })
}

function checkFilter(what: 'account' | 'role', wished: readonly string[] | undefined, known: ReadonlySet<string>) {
  const missing = wished?.find(it => !known.has(it))
  if (missing === undefined) return
  throw new VaultError('ERR_SSO_FILTER', `you may use no ${what} "${missing}"`, {
    hint: 'see what you may use: aws-vault sso list',
    facts: { [what]: missing },
  })
}

function checkName(same: readonly { readonly role: SsoRole; readonly profile: GeneratedProfile }[]): void {
  const [{ name } = { name: '' }] = same.map(({ profile }) => profile)
  const places = same.map(({ role }) => `${role.roleName} in ${role.accountId} (${printable(role.accountName)})`)
  const facts = { profile: name, roles: places }
  if (same.length > 1) {
    const message = `${same.length} profiles would be called "${name}": ${places.join(', ')}`
    const hint = 'use another --template, such as {account_name}-{account_id}/{role_name}'
    throw new VaultError('ERR_SSO_NAME', message, { hint, facts })
  }
  // What stands in [default] is inherited by every profile there is; a dash in front is a flag to every program.
  if (name === 'default' || name.startsWith('-') || !writableProfileName(name)) {
    const message = `the profile of ${places} would be called "${name}", which no profile of this kind may be called`
    throw new VaultError('ERR_SSO_NAME', message, { hint: 'use another --template', facts })
  }
}
