import { after, before, it } from 'node:test'
import { testKeyring } from '@aws-vault/plugin-sdk/testkit'
import { GnomeKeyring } from '../../../test/support/gnome-keyring.ts'
import backend from '../src/index.ts'

const missing = GnomeKeyring.missing()
if (missing) {
  it('GNOME Keyring', { skip: missing }, () => {})
} else {
  let keyring: GnomeKeyring
  before(async () => {
    keyring = await GnomeKeyring.start()
  })
  after(() => keyring[Symbol.asyncDispose]())

  testKeyring({
    name: 'secret-service, GNOME Keyring',
    backend,
    module: import.meta.resolve('../src/index.ts'),
    async makeStore() {
      const collection = `a test ${crypto.randomUUID()}`
      const path = await keyring.makeCollection(collection)
      const store = { options: { collection }, sessionBus: keyring.bus.address }
      return {
        ...store,
        lock: async () => {
          await keyring.lock(path)
          return { ...store, undo: () => keyring.unlock(path, 'secret') }
        },
        stall: async () => {
          keyring.daemon.kill('SIGSTOP')
          return { undo: async () => void keyring.daemon.kill('SIGCONT') }
        },
        dispose: () => keyring.remove(path),
      }
    },
    troubles: ['lock', 'stall'],
  })
}
