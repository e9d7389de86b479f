import assert from 'node:assert/strict'
import { it } from 'node:test'
import { partitionOfRegion } from './partition.ts'

for (const [region, partition] of [
  ['us-east-1', 'aws'],
  ['eu-west-1', 'aws'],
  ['aws-global', 'aws'],
  ['xx-new-1', 'aws'],
  ['cn-north-1', 'aws-cn'],
  ['cn-northwest-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['us-iso-east-1', 'aws-iso'],
  ['us-isob-east-1', 'aws-iso-b'],
  ['us-isof-south-1', 'aws-iso-f'],
  ['eu-isoe-west-1', 'aws-iso-e'],
  ['eusc-de-east-1', 'aws-eusc'],
] as const) {
  it(`${region} is of ${partition}`, () => assert.equal(partitionOfRegion(region), partition))
}
