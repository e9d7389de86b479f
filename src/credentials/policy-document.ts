import { type JsonValue, VaultError } from '@aws-vault/plugin-sdk'

/** Characters that AWS takes in a session policy (API reference of STS). */
const LONGEST = 2048

/**
 * A session policy as AWS takes it: without blanks between its parts, and with what is not Latin 1 escaped.
 * @param file its name, for messages
 * @throws VaultError ERR_POLICY_CONTENT when the text is no policy, or is too long even so
 */
export function policyDocument(text: string, file: string): string {
  const wrong = (what: string, hint?: string): VaultError =>
    new VaultError('ERR_POLICY_CONTENT', `the policy file ${file} ${what}`, { facts: { file }, ...(hint && { hint }) })
  let policy: JsonValue
  try {
    policy = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    // The parser's own words would show a part of a file that may be no policy at all, but a secret.
    const [place] = / \(line \d+ column \d+\)$/.exec((error as Error).message) ?? ['']
    throw wrong(`is not JSON${place}`)
  }
  if (typeof policy !== 'object' || policy === null || Array.isArray(policy) || !('Statement' in policy)) {
    throw wrong('is not a policy: it has no "Statement"')
  }
  const document = JSON.stringify(policy).replaceAll(/[^\x20-\xff]/g, escaped)
  if (document.length > LONGEST) {
    throw wrong(
      `has ${document.length} characters without its blanks, but AWS takes ${LONGEST} at most`,
      'make it a managed policy of your account and name that with --policy-arn',
    )
  }
  return document
}

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
