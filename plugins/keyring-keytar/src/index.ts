/**
 * The keyrings `keychain` (macOS), `wincred` (Windows) and `libsecret` (Linux, BSD), by way of keytar: which one it is
 * follows from the platform. keytar is native and optional, and so is loaded when a keyring is used, never before.
 * @module
 */
import {
  type Availability,
  isVaultError,
  type Keyring,
  type KeyringBackend,
  type PartContext,
} from '@aws-vault/plugin-sdk'
import type { Binding } from './binding.ts'
import { Helper } from './helper.ts'
import { KeytarKeyring } from './keytar-keyring.ts'
import { loadKeytar } from './load-keytar.ts'
import { type Traits, traitsOf } from './traits.ts'

/** How long `available` waits, in milliseconds. */
const PROBE_PATIENCE = 900

const backend: KeyringBackend = {
  async available(context: PartContext): Promise<Availability> {
    const traits = traitsOf(context.platform)
    const { binding, close } = bindingOf(traits, context, PROBE_PATIENCE)
    try {
      // A look for what is not there: it reaches the daemon, and unlocks nothing.
      if (traits.isRemote) await binding().getPassword('aws-vault', 'asked for to see who answers')
      else binding()
      return { available: true }
    } catch (error) {
      const hint = isVaultError(error) && error.hint !== undefined ? ` (${error.hint})` : ''
      return { available: false, reason: `${(error as Error).message}${hint}` }
    } finally {
      close()
    }
  },

  async open(context: PartContext): Promise<Keyring> {
    const traits = traitsOf(context.platform)
    const { binding, close } = bindingOf(traits, context)
    const service =
      typeof context.options.service === 'string' && context.options.service ? context.options.service : 'aws-vault'
    return new KeytarKeyring({ binding: binding(), close, traits, service, context })
  },
}

function bindingOf(traits: Traits, context: PartContext, patience?: number): { binding(): Binding; close(): void } {
  if (!traits.isRemote) return { binding: () => loadKeytar(context.platform), close: () => {} }
  const helper = new Helper(context, patience === undefined ? {} : { patience })
  return { binding: () => helper, close: () => helper.close() }
}

export default backend
