import { readFile } from 'node:fs/promises'
import { type CredentialProvider, VaultError } from '@aws-vault/plugin-sdk'
import { parseCredentials } from './parse-credentials.ts'

/**
 * Contribution `providers.{{name}}`: what a profile with the key `{{key}}_file` gets its credentials from. Each call makes
 * new ones; caching and locking is up to the caller. Nothing happens when this module is imported.
 */
const provider: CredentialProvider = {
  async resolve({ profile, parameters }, _input, context) {
    const named = String(parameters['{{key}}_file'] ?? '')
    const file = named.startsWith('~/') ? context.homeDirectory + named.slice(1) : named
    let text: string
    try {
      // What waits, here for the disk, ends when the user interrupts us.
      text = await readFile(file, { encoding: 'utf8', signal: context.signal })
    } catch (cause) {
      context.signal.throwIfAborted()
      const { code = 'no file' } = cause as NodeJS.ErrnoException
      throw new VaultError('ERR_{{CODE}}_READ', `profile "${profile}": ${file} cannot be read (${code})`, {
        hint: `look at {{key}}_file of the profile`,
        facts: { profile, file },
      })
    }
    return parseCredentials(text, file, context.clock.now())
  },
}

export default provider
