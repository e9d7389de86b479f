import { after, before, it } from 'node:test'
import { testKeyring } from '@aws-vault/plugin-sdk/testkit'
import { KWallet } from '../../../test/support/kwallet.ts'
import backend from '../src/index.ts'

const missing = KWallet.missing()
if (missing) {
  it('KWallet', { skip: missing }, () => {})
} else {
  let kwallet: KWallet
  before(async () => {
    kwallet = await KWallet.start()
  })
  after(() => kwallet[Symbol.asyncDispose]())

  testKeyring({
    name: 'kwallet, kwalletd5',
    backend,
    module: import.meta.resolve('../src/index.ts'),
    async makeStore() {
      // There is one wallet of that name.
      await kwallet.openWallet()
      return {
        options: {},
        sessionBus: kwallet.bus.address,
        stall: async () => {
          kwallet.daemon.kill('SIGSTOP')
          return { undo: async () => void kwallet.daemon.kill('SIGCONT') }
        },
        dispose: () => kwallet.deleteWallet(),
      }
    },
    troubles: ['stall'],
  })
}
