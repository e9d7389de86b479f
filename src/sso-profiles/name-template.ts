import { type SsoRole, VaultError } from '@aws-vault/plugin-sdk'

/** Makes the name of a profile for a role that a person may use. */
export type NameTemplate = (role: SsoRole, session: string) => string

const placeholders: Readonly<Record<string, (role: SsoRole, session: string) => string>> = {
  account_id: ({ accountId }) => accountId,
  account_name: ({ accountName, accountId }) => slug(accountName) || accountId,
  account_email: ({ accountEmail = '', accountId }) => slug(accountEmail) || accountId,
  role_name: ({ roleName }) => slug(roleName),
  session: (_, session) => slug(session),
}

/** Where the user says nothing. */
export const USUAL_TEMPLATE = '{account_name}/{role_name}'

/** What AWS programs take in the name of a profile, all of them and without quotes. */
const literal = /^[\w\-@+.%:/]*$/

/**
 * Reads a template such as `{account_name}/{role_name}`. Names come out with ASCII letters, digits and `_ . @ + -`
 * only: letters lose their accents, and every run of other characters becomes one `-`, or nothing at either end. Where
 * that leaves nothing of an account's name or e-mail address, its ID is taken.
 * @throws VaultError ERR_SSO_TEMPLATE for an unknown placeholder, and for characters that no name of a profile has
 */
export function parseTemplate(text: string): NameTemplate {
  const parts = text.split(/\{([^{}]*)\}/).map((part, index) => {
    if (index % 2 === 0) {
      if (literal.test(part)) return () => part
      const offending = [...part].find(character => !literal.test(character)) ?? ''
      throw invalid(text, `has ${JSON.stringify(offending)} in it, which no name of a profile may have`)
    }
    const placeholder = Object.hasOwn(placeholders, part) ? placeholders[part] : undefined
    if (placeholder === undefined) throw invalid(text, `has no placeholder {${part}}`)
    return placeholder
  })
  return (role, session) => parts.map(part => part(role, session)).join('')
}

function slug(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\w.@+-]+/g, '-')
    .replace(/^-+|-+$/g, '')
}

function invalid(template: string, fault: string): VaultError {
  const names = Object.keys(placeholders).map(name => `{${name}}`)
  return new VaultError('ERR_SSO_TEMPLATE', `the template "${template}" ${fault}`, {
    hint: `placeholders are ${names.join(', ')}; beside them letters, digits and _-@+.%:/`,
    facts: { template, exitCode: 2 },
  })
}
