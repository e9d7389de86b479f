import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Credentials } from '@aws-vault/plugin-sdk'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import exposure from '../src/index.ts'

const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const keyVariables = { AWS_ACCESS_KEY_ID: keys.accessKeyId, AWS_SECRET_ACCESS_KEY: keys.secretAccessKey }

const cases: readonly [name: string, credentials: Credentials, environment: Record<string, string>][] = [
  ['long-lived keys', keys, keyVariables],
  [
    'temporary credentials',
    { ...keys, sessionToken: 'token', expiration: new Date('2030-01-31T23:59:59.999Z') },
    {
      ...keyVariables,
      AWS_SESSION_TOKEN: 'token',
      AWS_SECURITY_TOKEN: 'token',
      AWS_CREDENTIAL_EXPIRATION: '2030-01-31T23:59:59Z',
    },
  ],
  [
    'temporary credentials without an end',
    { ...keys, sessionToken: 'token' },
    { ...keyVariables, AWS_SESSION_TOKEN: 'token', AWS_SECURITY_TOKEN: 'token' },
  ],
]

for (const [name, credentials, environment] of cases) {
  test(name, async () => {
    const exposed = await exposure.expose({ profile: 'dev', current: async () => credentials }, testContext())
    // Nothing to close: exec may leave its place to the program.
    assert.deepEqual(exposed, { environment })
  })
}
