import { type CredentialProvider, VaultError } from '@aws-vault/plugin-sdk'
import { commandOutput } from '@aws-vault/plugin-sdk/command'
import { parseProcessOutput } from './process-output.ts'

/**
 * Gets credentials from a command:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 *
 * It recognises no session of another program's: nothing tells which command that had run.
 */
const provider: CredentialProvider = {
  async resolve({ profile, parameters }, _input, context) {
    const { command } = parameters
    if (typeof command !== 'string' || command === '') {
      throw new VaultError('ERR_PROVIDER_PARAMETER', `profile "${profile}" says no command to run`, {
        facts: { profile },
      })
    }
    const output = await commandOutput({ line: command, setting: 'credential_process', profile }, context)
    return parseProcessOutput(output, profile, context.clock.now())
  },
}

export default provider
