import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testContext, testExposure } from '@aws-vault/plugin-sdk/testkit'
import exposure from '../src/index.ts'

testExposure({ name: '{{name}}', exposure })

test('a program finds what it needs', async () => {
  const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
  const source = { profile: 'work', region: 'eu-west-1', current: async () => keys }
  const { environment } = await exposure.expose(source, testContext())
  assert.deepEqual(JSON.parse(environment['{{NAME}}_CREDENTIALS'] ?? ''), { ...keys, region: 'eu-west-1' })
})
