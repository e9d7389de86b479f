/**
 * The keyring `secret-service`: a collection of the desktop's Secret Service (GNOME Keyring, KeePassXC, ...), laid out as
 * the Go tool of the same name does.
 * @module
 */
import type { KeyringBackend, PartContext } from '@aws-vault/plugin-sdk'
import { Daemon } from '@aws-vault/plugin-sdk/dbus'
import { SecretServiceKeyring } from './secret-service-keyring.ts'
import { description, SERVICE, SERVICE_PATH } from './service.ts'

const DEFAULT_COLLECTION = 'awsvault'

const backend: KeyringBackend = {
  available(context: PartContext) {
    return Daemon.glance(context, description, async daemon => {
      await daemon.property(SERVICE_PATH, SERVICE, 'Collections')
      return undefined
    })
  },

  async open(context: PartContext) {
    const { collection } = context.options
    const name = typeof collection === 'string' && collection !== '' ? collection : DEFAULT_COLLECTION
    return new SecretServiceKeyring(name, context)
  },
}

export default backend
