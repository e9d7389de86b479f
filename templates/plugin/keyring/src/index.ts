import type { KeyringBackend, PartContext } from '@aws-vault/plugin-sdk'
import { DirectoryKeyring } from './directory-keyring.ts'

/** Contribution `keyrings.{{name}}`. Nothing happens when this module is imported. */
const backend: KeyringBackend = {
  // Looks whether the store can be used here, asking nobody: { available: false, reason: 'gpg is not installed' }.
  available: async () => ({ available: true }),

  async open(context: PartContext) {
    context.logger.warn('the keyring {{name}} stores secrets unencrypted')
    return new DirectoryKeyring(String(context.options.dir), context)
  },
}

export default backend
