import { type CredentialStep, VaultError } from '@aws-vault/plugin-sdk'

/** What a step is about. */
export interface Target {
  readonly step: CredentialStep
  /** Whose credentials are wanted: the ARN of a user or of a role's session. */
  readonly loginSession: string
  /** The region whose sign-in service is called. */
  readonly region: string
}

/**
 * Reads a step's parameters.
 * @throws VaultError ERR_PROVIDER_PARAMETER when one is missing or of another type than it should be
 */
export function targetOf(step: CredentialStep): Target {
  const { region, profile } = step
  const { loginSession } = step.parameters
  const wrong = (name: string): VaultError =>
    new VaultError('ERR_PROVIDER_PARAMETER', `the sign-in of profile "${profile}" has no usable "${name}"`, {
      facts: { profile },
    })
  if (region === undefined) throw wrong('region')
  if (typeof loginSession !== 'string' || loginSession === '') throw wrong('loginSession')
  return { step, loginSession, region }
}
