import type { CredentialProvider } from '@aws-vault/plugin-sdk'
import { callSts, credentialsIn, type StsCall } from '@aws-vault/plugin-sdk/sts'

/** What AWS Vault asks for when nobody says how long: an hour, or eight for a token that signs for roles. */
const usualDurations: readonly (number | undefined)[] = [undefined, 3600, 8 * 3600]

/**
 * Exchanges long-lived keys for a session token:
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
 */
const provider: CredentialProvider = {
  async resolve(step, { source, mfaCode }, context) {
    const call: StsCall = { action: 'GetSessionToken', step, source, mfaCode }
    const answer = await callSts(call, context, (client, sts, options) =>
      client.send(
        new sts.GetSessionTokenCommand({
          DurationSeconds: step.durationSeconds,
          ...(mfaCode !== undefined && { SerialNumber: step.mfaSerial, TokenCode: mfaCode }),
        }),
        options,
      ),
    )
    return credentialsIn(answer, call)
  },

  // The keyring tells profile and MFA device; all that may differ is how long it was asked to live, and a longer or
  // shorter one is no worse unless someone wished for it.
  async recognises(step) {
    return usualDurations.includes(step.durationSeconds)
  },
}

export default provider
