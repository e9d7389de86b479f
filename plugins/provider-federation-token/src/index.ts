import type { CredentialProvider } from '@aws-vault/plugin-sdk'
import { callSts, credentialsIn, type StsCall, usualSessionName } from '@aws-vault/plugin-sdk/sts'
import { federationTokenInput } from './parameters.ts'

/** Characters that AWS takes in the name of a federated session. */
const longestName = 32

/**
 * Exchanges long-lived keys for temporary ones that a policy restricts:
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
 *
 * Never takes over a session that another program left: nothing in it tells what it was restricted to.
 */
const provider: CredentialProvider = {
  async resolve(step, { source }, context) {
    const input = federationTokenInput(step)
    const call: StsCall = { action: 'GetFederationToken', step, source }
    const answer = await callSts(call, context, (client, sts, options) =>
      client.send(
        new sts.GetFederationTokenCommand({
          ...input,
          Name: input.Name ?? usualSessionName(longestName),
          DurationSeconds: step.durationSeconds,
        }),
        options,
      ),
    )
    return credentialsIn(answer, call)
  },
}

export default provider
