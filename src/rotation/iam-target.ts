import { resolveProfile } from '../aws-config/profile.ts'
import type { ConfigFile } from '../aws-config/read-config.ts'
import { checkedEndpointUrl } from '../credentials/endpoint.ts'
import { firstRegionOf, partitionOfRegion } from '../credentials/partition.ts'
import { plan } from '../credentials/plan.ts'
import type { Wishes } from '../credentials/plan-input.ts'
import type { IamTarget } from './iam.ts'

/**
 * Where the IAM of a profile's keys is called: the partition's own endpoint, which is signed for in one region whatever
 * the profile's region is, or the one that the user set. Pure.
 * @throws VaultError as plan() does, and ERR_CONFIG_VALUE for an endpoint that is none
 */
export function iamTarget(profile: string, config: ConfigFile, wishes: Wishes): IamTarget {
  const { steps } = plan({ profile, config, storedKeys: new Set([profile]), wishes, claims: new Map() })
  const first = steps.find(step => step.kind === 'provider')
  const region = firstRegionOf(partitionOfRegion(first?.step.region ?? '')) ?? 'us-east-1'
  const url = wishes.iamEndpointUrl ?? resolveProfile(config, profile).get('endpoint_url')
  return { profile, region, ...(url !== undefined && { endpointUrl: checkedEndpointUrl(url) }) }
}
