/**
 * The keyring `file`: one encrypted file an item, as the Go tool of the same name writes and reads them.
 * @module
 */
import { accessSync, constants, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Availability, Keyring, KeyringBackend, PartContext } from '@aws-vault/plugin-sdk'
import { FileKeyring } from './file-keyring.ts'
import { systemCode } from './storage-error.ts'

const backend: KeyringBackend = {
  async available(context: PartContext): Promise<Availability> {
    const directory = directoryOf(context)
    try {
      if (!statSync(directory).isDirectory()) {
        return { available: false, reason: `${directory} is not a directory` }
      }
      accessSync(directory, constants.R_OK | constants.X_OK)
      return { available: true }
    } catch (error) {
      const code = systemCode(error)
      // The first write makes it.
      if (code === 'ENOENT') return { available: true }
      return { available: false, reason: `${directory} cannot be read (${code ?? String(error)})` }
    }
  },

  async open(context: PartContext): Promise<Keyring> {
    return new FileKeyring(directoryOf(context), context)
  },
}

function directoryOf({ options, homeDirectory }: PartContext): string {
  return typeof options.dir === 'string' && options.dir !== '' ? options.dir : join(homeDirectory, '.awsvault', 'keys')
}

export default backend
