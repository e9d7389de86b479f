import { it } from 'node:test'
import { testKeyring } from '@aws-vault/plugin-sdk/testkit'
import backend from '../src/index.ts'
import { makeAgeHome, whyNoAge } from './age-home.ts'

const missing = whyNoAge()
if (missing === undefined) {
  for (const kind of ['age', 'ssh'] as const) {
    testKeyring({
      name: `age, ${kind === 'age' ? 'an identity of age' : 'an SSH key'}`,
      backend,
      module: import.meta.resolve('../src/index.ts'),
      async makeStore() {
        const home = makeAgeHome()
        const { dir, recipients } = home
        const identity = kind === 'age' ? home.identity : home.addIdentity('ssh')
        return { options: { dir, recipients, identity }, dispose: async () => home[Symbol.dispose]() }
      },
    })
  }
} else {
  it('the conformance suite', { skip: missing }, () => {})
}
