/**
 * The keyring `pass`: entries of a password store that `pass` or `gopass` keeps, as the Go tool of the same name writes
 * and reads them.
 * @module
 */
import { join } from 'node:path'
import { type Availability, type Keyring, type KeyringBackend, type PartContext, realPath } from '@aws-vault/plugin-sdk'
import { findExecutable } from '@aws-vault/plugin-sdk/program'
import { initialise } from './failure.ts'
import { PassKeyring } from './pass-keyring.ts'
import { gpgIdFile, passwordStore } from './password-store.ts'

const backend: KeyringBackend = {
  async available(context: PartContext): Promise<Availability> {
    const store = passwordStore(context)
    const environment = await context.programEnvironment()
    const no = (reason: string): Availability => ({ available: false, reason })
    if (findExecutable(store.command, environment) === undefined) return no(`"${store.command}" is not installed`)
    if (!['gpg', 'gpg2'].some(name => findExecutable(name, environment))) return no('gpg is not installed')
    if (!environment.PASSWORD_STORE_KEY && gpgIdFile(store) === undefined) {
      return no(`there is no password store in ${store.root} (${initialise(store)})`)
    }
    return { available: true }
  },

  identity(context: PartContext): string {
    const { root, prefix } = passwordStore(context)
    return realPath(join(root, prefix))
  },

  async open(context: PartContext): Promise<Keyring> {
    return new PassKeyring(passwordStore(context), context)
  },
}

export default backend
