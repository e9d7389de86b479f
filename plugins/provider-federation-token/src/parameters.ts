import type { GetFederationTokenCommandInput } from '@aws-sdk/client-sts'
import { type CredentialStep, type JsonValue, VaultError } from '@aws-vault/plugin-sdk'

/** What GetFederationToken is told by a step's parameters. */
export type FederationTokenInput = Pick<GetFederationTokenCommandInput, 'Policy' | 'PolicyArns'> & {
  readonly Name: string | undefined
}

/**
 * What GetFederationToken is told by a step's parameters, all but how long.
 * @throws VaultError ERR_PROVIDER_PARAMETER when one is of another type than it should be, when there is no policy, which
 * would make credentials that may do nothing, or for an MFA device: AWS takes no code with this call
 */
export function federationTokenInput({ parameters, profile, mfaSerial }: CredentialStep): FederationTokenInput {
  const { name, policy, policyArns } = parameters
  const wrong = (what: string): VaultError =>
    new VaultError('ERR_PROVIDER_PARAMETER', `a federated session of profile "${profile}" ${what}`, {
      facts: { profile },
    })
  if (!isTextOrAbsent(name) || !isTextOrAbsent(policy)) throw wrong('has a name or a policy that is not text')
  if (!isTextsOrAbsent(policyArns)) throw wrong('has "policyArns" that are not a list of texts')
  if (policy === undefined && (policyArns ?? []).length === 0) throw wrong('has no policy that says what it may do')
  if (mfaSerial !== undefined) throw wrong('cannot be made with an MFA code')
  return { Name: name, Policy: policy, PolicyArns: policyArns?.map(arn => ({ arn })) }
}

function isTextOrAbsent(value: JsonValue | undefined): value is string | undefined {
  return value === undefined || typeof value === 'string'
}

function isTextsOrAbsent(value: JsonValue | undefined): value is string[] | undefined {
  return value === undefined || (Array.isArray(value) && value.every(item => typeof item === 'string'))
}
