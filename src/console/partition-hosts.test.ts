import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { consoleHosts } from './partition-hosts.ts'

describe('the hosts of every partition', () => {
  const rows: readonly (readonly [partition: string, signIn: string, signOut: string, console: string])[] = [
    ['aws', 'signin.aws.amazon.com', 'us-east-1.signin.aws.amazon.com', 'console.aws.amazon.com'],
    ['aws-cn', 'signin.amazonaws.cn', 'cn-north-1.signin.amazonaws.cn', 'console.amazonaws.cn'],
    [
      'aws-us-gov',
      'signin.amazonaws-us-gov.com',
      'us-gov-west-1.signin.amazonaws-us-gov.com',
      'console.amazonaws-us-gov.com',
    ],
    ['aws-iso', 'signin.c2shome.ic.gov', 'us-iso-east-1.signin.c2shome.ic.gov', 'console.c2shome.ic.gov'],
    ['aws-iso-b', 'signin.sc2shome.sgov.gov', 'us-isob-east-1.signin.sc2shome.sgov.gov', 'console.sc2shome.sgov.gov'],
    [
      'aws-iso-e',
      'eu-isoe-west-1.signin.csphome.adc-e.uk',
      'eu-isoe-west-1.signin.csphome.adc-e.uk',
      'console.csphome.adc-e.uk',
    ],
    [
      'aws-iso-f',
      'us-isof-south-1.signin.csphome.hci.ic.gov',
      'us-isof-south-1.signin.csphome.hci.ic.gov',
      'console.csphome.hci.ic.gov',
    ],
    [
      'aws-eusc',
      'eusc-de-east-1.signin.amazonaws-eusc.eu',
      'eusc-de-east-1.signin.amazonaws-eusc.eu',
      'console.amazonaws-eusc.eu',
    ],
  ]
  for (const [partition, signIn, signOut, console] of rows) {
    it(partition, () => assert.deepEqual(consoleHosts(partition), { signIn, signOut, console }))
  }
  it('none of one that nobody knows', () => {
    for (const partition of ['aws-moon', 'toString', '']) assert.equal(consoleHosts(partition), undefined)
  })
})
