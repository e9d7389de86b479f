import type { CredentialStep } from '@aws-vault/plugin-sdk'
import type { Located } from '../aws-config/origin.ts'
import { parseRegion } from '../aws-config/values.ts'
import { type Level, type Levels, levelSetting } from './levels.ts'
import type { Wishes } from './plan-input.ts'
import { refusedValue } from './refused-value.ts'

/** Where a call goes. */
export interface Endpoint {
  readonly address: Pick<CredentialStep, 'region' | 'endpointUrl'>
  /** `{ legacyGlobalEndpoint: true }` where `sts_regional_endpoints = legacy` asks for `sts.amazonaws.com`. */
  readonly parameters: { readonly legacyGlobalEndpoint?: true }
}

/**
 * Where the call of a level goes: every level has its own region. One that says none uses that of the level that
 * signs, or else that of the one it signs for.
 * @throws VaultError ERR_CONFIG_VALUE for a region, address or choice of endpoints that is none
 */
export function endpointOf(level: Level, levels: Levels, wishes: Wishes): Endpoint {
  const inOrder: readonly Level[] = [levels.source, ...levels.roles]
  const at = inOrder.indexOf(level)
  const nearest = [...inOrder.slice(0, at + 1).reverse(), ...inOrder.slice(at + 1)]
  const region = nearest.map(it => regionOf(it, wishes)).find(it => it !== undefined)
  const endpointUrl = endpointUrlOf(level, wishes)
  const isLegacy = endpointUrl === undefined && usesLegacyEndpoint(level, wishes)
  return {
    address: { ...(region === undefined ? {} : { region }), ...(endpointUrl === undefined ? {} : { endpointUrl }) },
    parameters: isLegacy ? { legacyGlobalEndpoint: true } : {},
  }
}

/**
 * The region that a level itself asks for.
 * @throws VaultError ERR_CONFIG_VALUE if it cannot be one
 */
export function regionOf(level: Level, wishes: Wishes): string | undefined {
  const region = wishes.region ?? levelSetting(level, 'region')
  return region === undefined ? undefined : parseRegion(region.value, { name: 'region', origin: region.origin })
}

function endpointUrlOf(level: Level, wishes: Wishes): string | undefined {
  const url = wishes.endpointUrl ?? levelSetting(level, 'endpoint_url')
  return url && checkedEndpointUrl(url)
}

/**
 * The address of an endpoint.
 * @throws VaultError ERR_CONFIG_VALUE for what is none
 */
export function checkedEndpointUrl(url: Located<string>): string {
  if (!URL.canParse(url.value) || !/^https?:\/\//i.test(url.value)) {
    throw refusedValue('endpoint_url', url.origin, 'is not valid: expected an address such as https://sts.example.com')
  }
  return url.value
}

function usesLegacyEndpoint(level: Level, wishes: Wishes): boolean {
  const choice: Located<string> | undefined =
    wishes.stsRegionalEndpoints ?? levelSetting(level, 'sts_regional_endpoints')
  if (choice === undefined) return false
  if (!/^(legacy|regional)$/i.test(choice.value)) {
    throw refusedValue('sts_regional_endpoints', choice.origin, 'is not valid: expected legacy or regional')
  }
  return choice.value.toLowerCase() === 'legacy'
}
