import { it } from 'node:test'
import { testKeyring } from '@aws-vault/plugin-sdk/testkit'
import backend from '../src/index.ts'
import { discard, newName, whyNoKernelKeyring } from './kernel.ts'

const missing = whyNoKernelKeyring()
if (missing === undefined) {
  testKeyring({
    name: 'keyctl',
    backend,
    module: import.meta.resolve('../src/index.ts'),
    async makeStore() {
      const name = newName()
      return { options: { name }, dispose: async () => discard(name) }
    },
    deviations: [
      { reason: 'a key has 1 to 32,767 bytes', cases: ['stores no bytes at all', 'stores 100 KB'] },
      {
        reason: 'a key holds nothing but data, as the Go tool has it',
        cases: ['keeps label and description', 'keeps further members'],
      },
    ],
  })
} else {
  it('the conformance suite', { skip: missing }, () => {})
}
