import { type CredentialStep, type JsonValue, VaultError } from '@aws-vault/plugin-sdk'

/** What a step is about. */
export interface Target {
  readonly step: CredentialStep
  readonly startUrl: string
  readonly region: string
  readonly oidcEndpointUrl: string | undefined
  /** Called, instead of the region's own endpoint, to see whose a session is. */
  readonly stsEndpointUrl: string | undefined
  /** What the login is asked to be good for. */
  readonly scopes: readonly string[]
}

/** All that GetRoleCredentials needs; a login with it can be renewed. */
const usualScopes = ['sso:account:access']

/**
 * Reads a step's parameters.
 * @throws VaultError ERR_PROVIDER_PARAMETER when one is missing or of another type than it should be
 */
export function targetOf(step: CredentialStep): Target {
  const { region, parameters } = step
  const { oidcEndpointUrl, stsEndpointUrl, scopes = usualScopes } = parameters
  if (region === undefined) throw wrong(step, 'region')
  if (oidcEndpointUrl !== undefined && !isText(oidcEndpointUrl)) throw wrong(step, 'oidcEndpointUrl')
  if (stsEndpointUrl !== undefined && !isText(stsEndpointUrl)) throw wrong(step, 'stsEndpointUrl')
  if (!Array.isArray(scopes) || !scopes.every(isText)) throw wrong(step, 'scopes')
  return { step, startUrl: textParameter(step, 'startUrl'), region, oidcEndpointUrl, stsEndpointUrl, scopes }
}

/**
 * A parameter that has to be there.
 * @throws VaultError ERR_PROVIDER_PARAMETER
 */
export function textParameter(step: CredentialStep, name: string): string {
  const value = step.parameters[name]
  if (value === undefined || !isText(value)) throw wrong(step, name)
  return value
}

function isText(value: JsonValue): value is string {
  return typeof value === 'string' && value !== ''
}

function wrong({ profile }: CredentialStep, name: string): VaultError {
  const message = `single sign-on of profile "${profile}" has no usable "${name}"`
  return new VaultError('ERR_PROVIDER_PARAMETER', message, { facts: { profile } })
}
