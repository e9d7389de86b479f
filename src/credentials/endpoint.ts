import type { CredentialStep } from '@aws-vault/plugin-sdk'
import { describeOrigin, type Located, type Origin } from '../aws-config/origin.ts'
import { parseRegion } from '../aws-config/values.ts'
import { type Level, type Levels, levelSetting, type RoleLevel } from './levels.ts'
import { firstRegionOf, partitionOfArn, partitionOfRegion } from './partition.ts'
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
  /** Said to the user where the region cannot be right. */
  readonly notes: readonly string[]
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
  const arn = nearest.map(it => arnOf(it, wishes)).find(it => it !== undefined)
  const region = nearest.map(it => locatedRegion(it, wishes)).find(it => it !== undefined) ?? regionOfArn(arn)
  const endpointUrl = endpointUrlOf(level, wishes)
  const choice = endpointUrl === undefined ? legacyEndpointOf(level, wishes) : undefined
  // Other partitions have none.
  const legacy = partitionOfRegion(region?.value ?? '') === 'aws' ? choice : undefined
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
    notes: region === undefined || endpointUrl !== undefined ? [] : wrongPartitionNotes(region, arn),
  }
}

/** What says which partition a level's calls are for: its role, or its MFA device. */
function arnOf(level: Level, wishes: Wishes): Located<string> | undefined {
  return (
    ('roleArn' in level ? (level as RoleLevel).roleArn : undefined) ??
    wishes.mfaSerial ??
    levelSetting(level, 'mfa_serial')
  )
}

/** Outside of the partition `aws`, the region that signs without one would be of another partition. */
function regionOfArn(arn: Located<string> | undefined): Located<string> | undefined {
  const region = arn && firstRegionOf(partitionOfArn(arn.value) ?? '')
  return region === undefined ? undefined : { value: region, origin: arn?.origin as Origin }
}

/** A region and an ARN of two partitions. Of a partition that nobody knows yet, nothing can be said. */
function wrongPartitionNotes(region: Located<string>, arn: Located<string> | undefined): string[] {
  const partition = arn && partitionOfArn(arn.value)
  const ofRegion = partitionOfRegion(region.value)
  const isKnown = partition === 'aws' || firstRegionOf(partition ?? '') !== undefined
  if (arn === undefined || !isKnown || ofRegion === partition) return []
  const [at, of] = [region, arn].map(({ origin }) => describeOrigin(origin))
  return [`region ${region.value} (${at}) is not one of the partition ${partition} of ${arn.value} (${of})`]
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
