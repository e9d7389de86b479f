/**
 * The keyring `secret-service`: a collection of the desktop's Secret Service (GNOME Keyring, KeePassXC, ...), laid out as
 * the Go tool of the same name does.
 * @module
 */
import { type KeyringBackend, type PartContext, VaultError } from '@aws-vault/plugin-sdk'
import { Daemon } from '@aws-vault/plugin-sdk/dbus'
import { SecretServiceKeyring } from './secret-service-keyring.ts'
import { description, SERVICE, SERVICE_PATH } from './service.ts'
import { connectStore, type SecretStore, unexpected } from './store.ts'

const DEFAULT_COLLECTION = 'awsvault'
/** Milliseconds that it may take to tell whether the collection is locked. */
const LOOK = 900

const backend: KeyringBackend = {
  available(context: PartContext) {
    return Daemon.glance(context, description, async daemon => {
      await daemon.property(SERVICE_PATH, SERVICE, 'Collections')
      return undefined
    })
  },

  async open(context: PartContext) {
    return new SecretServiceKeyring(collectionOf(context), context)
  },

  async isLocked(context: PartContext) {
    // All of it has a second, whoever does not answer.
    const signal = AbortSignal.any([context.signal, AbortSignal.timeout(LOOK)])
    let store: SecretStore | undefined
    try {
      store = await connectStore(collectionOf(context), { ...context, signal })
      return await store.isLocked()
    } catch (error) {
      context.signal.throwIfAborted()
      if (!signal.aborted) throw unexpected(error)
      throw new VaultError('ERR_KEYRING_TIMEOUT', `${description.title} does not answer within ${LOOK / 1000} s`, {
        hint: `it may hang: end it and try again; ${description.hint}`,
        facts: { keyring: description.keyring },
      })
    } finally {
      store?.close()
    }
  },
}

function collectionOf({ options: { collection } }: PartContext): string {
  return typeof collection === 'string' && collection !== '' ? collection : DEFAULT_COLLECTION
}

export default backend
