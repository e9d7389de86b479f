/**
 * The keyring `keyctl`: keys that the Linux kernel keeps in memory, as the Go tool of the same name writes and reads them.
 * @module
 */
import {
  type Availability,
  type Keyring,
  type KeyringBackend,
  type PartContext,
  VaultError,
} from '@aws-vault/plugin-sdk'
import { findExecutable } from '@aws-vault/plugin-sdk/program'
import { INSTALL, whyBlocked } from './failure.ts'
import { KeyctlKeyring } from './keyctl-keyring.ts'
import { runScript } from './keyctl-program.ts'

const backend: KeyringBackend = {
  async available(context: PartContext): Promise<Availability> {
    if (findExecutable('keyctl', await context.programEnvironment()) === undefined) {
      return { available: false, reason: INSTALL }
    }
    const probe = await runScript(context, 'probe')
    return probe.code === 0 ? { available: true } : { available: false, reason: whyBlocked(probe) }
  },

  async open(context: PartContext): Promise<Keyring> {
    return new KeyctlKeyring(nameOf(context), context)
  },
}

function nameOf({ options: { name } }: PartContext): string {
  if (name === undefined || name === '') return 'aws-vault'
  // The kernel keeps names that begin with a dot to itself.
  if (typeof name === 'string' && !name.startsWith('.') && !name.includes('\0')) return name
  throw new VaultError('ERR_SETTINGS_VALUE', `"${name}" cannot be the name of a kernel keyring`, {
    hint: 'choose one that does not begin with a dot: --keyctl-name aws-vault',
  })
}

export default backend
