/** Prefixes of region names, each with the partition of AWS it belongs to. */
const PARTITIONS: readonly (readonly [prefix: string, partition: string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-isob-', 'aws-iso-b'],
  ['us-isof-', 'aws-iso-f'],
  ['us-iso-', 'aws-iso'],
  ['eu-isoe-', 'aws-iso-e'],
  ['eusc-', 'aws-eusc'],
]

/**
 * The partition of a region, as it stands in ARNs: credentials of one are worth nothing in another. A region that
 * nobody knows yet is taken for one of `aws`.
 */
export function partitionOfRegion(region: string): string {
  return PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws'
}
