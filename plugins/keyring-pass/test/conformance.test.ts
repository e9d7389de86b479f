import { after, it } from 'node:test'
import { testKeyring } from '@aws-vault/plugin-sdk/testkit'
import backend from '../src/index.ts'
import { makeGpgHome, whyNoPass } from './gpg-home.ts'
import { makeStore } from './store.ts'

const missing = whyNoPass()
if (missing === undefined) {
  const home = makeGpgHome()
  after(() => home[Symbol.dispose]())
  // The suite's processes inherit it.
  Object.assign(process.env, home.environment)

  const stores: Record<string, { prefix?: string; git?: boolean }> = {
    'in a folder': { prefix: 'aws-vault' },
    'in all of the store': {},
    'in git': { prefix: 'work/aws-vault/', git: true },
  }
  for (const [where, { prefix, git = false }] of Object.entries(stores)) {
    testKeyring({
      name: `pass, ${where}`,
      backend,
      module: import.meta.resolve('../src/index.ts'),
      makeStore: async () => ({
        options: { dir: makeStore(home, { git }), ...(prefix === undefined ? {} : { prefix }) },
      }),
      deviations: [
        {
          reason: 'pass makes a path of the name; the items are refused, since they would become those of other names',
          cases: ['takes a key with dots that lead up', 'takes a key with a path from the root'],
        },
      ],
    })
  }
} else {
  it('the conformance suite', { skip: missing }, () => {})
}
