/**
 * The keyring `kwallet`: the wallet `aws-vault` of KDE's wallet daemon, laid out as the Go tool of the same name does.
 * @module
 */
import type { KeyringBackend, PartContext } from '@aws-vault/plugin-sdk'
import { Daemon } from '@aws-vault/plugin-sdk/dbus'
import { KWalletKeyring } from './kwallet-keyring.ts'
import { description } from './kwalletd.ts'
import { isEnabled } from './wallet.ts'

const backend: KeyringBackend = {
  available(context: PartContext) {
    return Daemon.glance(context, description, async daemon =>
      (await isEnabled(daemon)) ? undefined : 'the KDE wallet is switched off in this desktop’s settings',
    )
  },

  async open(context: PartContext) {
    return new KWalletKeyring(context)
  },
}

export default backend
