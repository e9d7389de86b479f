import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { IAMClient } from '@aws-sdk/client-iam'
import { clientSettings } from '@aws-vault/plugin-sdk/aws'
import { parseConfig } from '../aws-config/read-config.ts'
import { iamTarget } from './iam-target.ts'

const target = (config: string, wishes = {}) =>
  iamTarget('p', parseConfig(config, '/config'), { session: true, ...wishes })

describe('iamTarget', () => {
  const rows: readonly [config: string, region: string, host: string][] = [
    ['[profile p]', 'us-east-1', 'iam.amazonaws.com'],
    ['[profile p]\nregion = eu-west-1', 'us-east-1', 'iam.amazonaws.com'],
    ['[profile p]\nregion = cn-northwest-1', 'cn-north-1', 'iam.cn-north-1.amazonaws.com.cn'],
    ['[profile p]\nregion = us-gov-east-1', 'us-gov-west-1', 'iam.us-gov.amazonaws.com'],
    ['[profile p]\nmfa_serial = arn:aws-us-gov:iam::111111111111:mfa/a', 'us-gov-west-1', 'iam.us-gov.amazonaws.com'],
    ['[profile p]\nregion = us-iso-west-1', 'us-iso-east-1', 'iam.us-iso-east-1.c2s.ic.gov'],
    ['[profile p]\nregion = us-isob-east-1', 'us-isob-east-1', 'iam.us-isob-east-1.sc2s.sgov.gov'],
    ['[profile p]\nregion = eu-isoe-west-1', 'eu-isoe-west-1', 'iam.eu-isoe-west-1.cloud.adc-e.uk'],
    ['[profile p]\nregion = us-isof-east-1', 'us-isof-south-1', 'iam.us-isof-south-1.csp.hci.ic.gov'],
    ['[profile p]\nregion = eusc-de-east-1', 'eusc-de-east-1', 'iam.eusc-de-east-1.amazonaws.eu'],
  ]
  for (const [config, region, host] of rows) {
    it(`${config.replace('\n', ', ')}: ${host}`, () => {
      const found = target(config)
      assert.deepEqual(found, { profile: 'p', region })
      const client = new IAMClient(clientSettings(found.region))
      const { url, properties } = client.config.endpointProvider({
        Region: found.region,
        UseDualStack: false,
        UseFIPS: false,
      })
      assert.equal(url.host, host)
      const [scheme] = (properties?.authSchemes ?? []) as { signingRegion?: string }[]
      assert.equal(scheme?.signingRegion ?? region, region)
    })
  }

  it('is the address that the user set: of the environment, else of the profile', () => {
    const iamEndpointUrl = { value: 'http://localhost:1', origin: { kind: 'environment', variable: 'X' } }
    const config = '[profile p]\nendpoint_url = http://localhost:2'
    assert.equal(target(config).endpointUrl, 'http://localhost:2')
    assert.equal(target(config, { iamEndpointUrl }).endpointUrl, 'http://localhost:1')
    assert.throws(() => target('[profile p]\nendpoint_url = nowhere'), { code: 'ERR_CONFIG_VALUE' })
  })
})
