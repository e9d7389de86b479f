import type { CredentialStep } from '@aws-vault/plugin-sdk'
import type { Located } from '../aws-config/origin.ts'
import { parseRegion } from '../aws-config/values.ts'
import { type Level, type Levels, levelSetting } from './levels.ts'
import type { Wishes } from './plan-input.ts'
import type { Reason } from './plan-types.ts'
import { refusedValue } from './refused-value.ts'

/** Where a call goes. */
export interface Endpoint {
  readonly address: Pick<CredentialStep, 'region' | 'endpointUrl'>
  /** `{ legacyGlobalEndpoint: true }` where `sts_regional_endpoints = legacy` asks for `sts.amazonaws.com`. */
  readonly parameters: { readonly legacyGlobalEndpoint?: true }
  /** The settings that say so. */
  readonly why: readonly Reason[]
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
  const region = nearest.map(it => locatedRegion(it, wishes)).find(it => it !== undefined)
  const endpointUrl = endpointUrlOf(level, wishes)
  const legacy = endpointUrl === undefined ? legacyEndpointOf(level, wishes) : undefined
  return {
    address: {
      ...(region === undefined ? {} : { region: region.value }),
      ...(endpointUrl === undefined ? {} : { endpointUrl: endpointUrl.value }),
    },
    parameters: legacy === undefined ? {} : { legacyGlobalEndpoint: true },
    why: [
      ...(region === undefined ? [] : [{ text: `called in ${region.value}`, origin: region.origin }]),
      ...(endpointUrl === undefined
        ? []
        : [{ text: `called at ${new URL(endpointUrl.value).host}`, origin: endpointUrl.origin }]),
      ...(legacy === undefined ? [] : [{ text: 'called at the global endpoint', origin: legacy.origin }]),
    ],
  }
}

/**
 * The region that a level itself asks for.
 * @throws VaultError ERR_CONFIG_VALUE if it cannot be one
 */
export function regionOf(level: Level, wishes: Wishes): string | undefined {
  return locatedRegion(level, wishes)?.value
}

function locatedRegion(level: Level, wishes: Wishes): Located<string> | undefined {
  const region = wishes.region ?? levelSetting(level, 'region')
  return region && { ...region, value: parseRegion(region.value, { name: 'region', origin: region.origin }) }
}

function endpointUrlOf(level: Level, wishes: Wishes): Located<string> | undefined {
  const url = wishes.endpointUrl ?? levelSetting(level, 'endpoint_url')
  return url && { ...url, value: checkedEndpointUrl(url) }
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

function legacyEndpointOf(level: Level, wishes: Wishes): Located<string> | undefined {
  const choice: Located<string> | undefined =
    wishes.stsRegionalEndpoints ?? levelSetting(level, 'sts_regional_endpoints')
  if (choice === undefined) return undefined
  if (!/^(legacy|regional)$/i.test(choice.value)) {
    throw refusedValue('sts_regional_endpoints', choice.origin, 'is not valid: expected legacy or regional')
  }
  return choice.value.toLowerCase() === 'legacy' ? choice : undefined
}
