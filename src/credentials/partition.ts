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

/** Where STS is asked for a partition when nobody names a region; that of `aws` is the provider's own choice. */
const FIRST_REGIONS: Readonly<Record<string, string>> = {
  'aws-cn': 'cn-north-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-iso': 'us-iso-east-1',
  'aws-iso-b': 'us-isob-east-1',
  'aws-iso-e': 'eu-isoe-west-1',
  'aws-iso-f': 'us-isof-south-1',
  'aws-eusc': 'eusc-de-east-1',
}

/** A region of a partition of AWS other than `aws`; `undefined` for that one, and for those that nobody knows yet. */
export function firstRegionOf(partition: string): string | undefined {
  return FIRST_REGIONS[partition]
}

/** The partition that an ARN is of. */
export function partitionOfArn(arn: string): string | undefined {
  return /^arn:(aws[a-z-]*):/.exec(arn)?.[1]
}
