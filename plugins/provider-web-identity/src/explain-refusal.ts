import { isVaultError, VaultError } from '@aws-vault/plugin-sdk'
import type { TokenOrigin } from './parameters.ts'

/** What AWS calls a token that it does not take. */
const refusals: ReadonlySet<unknown> = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidIdentityToken',
  'InvalidIdentityTokenException',
  'IDPRejectedClaim',
  'IDPRejectedClaimException',
])

/** The error of a call with a hint that is about web identities: with stored keys other things go wrong. */
export function explainRefusal(error: unknown, origin: TokenOrigin): unknown {
  if (!isVaultError(error)) return error
  const { code, message, facts, cause } = error
  const source = 'file' in origin ? origin.file : 'the web_identity_token_process'
  if (refusals.has(facts.awsCode)) {
    const hint = /^Expired/.test(String(facts.awsCode))
      ? `the token is too old: see to it that ${source} gives a new one`
      : `check that ${source} gives an ID token of a provider that the account trusts, for the right audience`
    return new VaultError('ERR_WEB_IDENTITY_REFUSED', message, { hint, facts, cause })
  }
  if (code === 'ERR_STS_DENIED') {
    const hint = "check the provider, audience and subject in the role's trust policy, and role_arn"
    return new VaultError(code, message, { hint, facts, cause })
  }
  return error
}
