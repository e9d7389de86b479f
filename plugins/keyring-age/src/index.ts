/**
 * The keyring `age`: a directory of files, each an item that the program `age` has encrypted.
 * @module
 */
import {
  type Availability,
  isVaultError,
  type Keyring,
  type KeyringBackend,
  type PartContext,
} from '@aws-vault/plugin-sdk'
import { findExecutable } from '@aws-vault/plugin-sdk/program'
import { AgeKeyring } from './age-keyring.ts'
import { ageMissing, noTerminal } from './failure.ts'
import { checkIdentity } from './identity.ts'
import { checkRecipients } from './recipients.ts'
import { settingsOf } from './settings.ts'

const backend: KeyringBackend = {
  async available(context: PartContext): Promise<Availability> {
    const { recipients, identity } = settingsOf(context)
    const environment = await context.programEnvironment()
    try {
      if (findExecutable('age', environment) === undefined) throw ageMissing()
      checkRecipients(recipients)
      if (checkIdentity(identity, environment) === 'protected' && !(await context.desk.isWatched())) {
        throw noTerminal('read items', identity)
      }
      return { available: true }
    } catch (error) {
      if (!isVaultError(error)) throw error
      return { available: false, reason: `${error.message} (${error.hint})` }
    }
  },

  async open(context: PartContext): Promise<Keyring> {
    return new AgeKeyring(settingsOf(context), context)
  },
}

export default backend
