/** The conformance suite on gnome-keyring by keytar and libsecret, as Linux has them. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { testKeyring } from '@aws-vault/plugin-sdk/testkit'
import backend from '../src/index.ts'
import { type Desktop, missing, startDesktop } from './desktop.ts'

const reason = missing()
let desktop: Desktop | undefined

describe('libsecret', { skip: reason }, () => {
  before(async () => {
    desktop = await startDesktop()
    // keytar's helper, and the suite's own processes, find the bus as every program does.
    Object.assign(process.env, desktop.env)
  })
  after(() => desktop?.[Symbol.asyncDispose]())

  it('runs on the bus of this test', () => assert.match(process.env.DBUS_SESSION_BUS_ADDRESS ?? '', /^unix:/))

  testKeyring({
    name: 'libsecret',
    backend,
    module: import.meta.resolve('../src/index.ts'),
    makeStore: async () => ({ options: { service: `test ${crypto.randomUUID()}` } }),
    deviations: [
      {
        reason: 'the store keeps data only, as the Go tool has it in the Keychain',
        cases: ['keeps label and description', 'keeps further members'],
      },
    ],
  })
})
