import type { CredentialProvider } from '@aws-vault/plugin-sdk'
import { callSts, credentialsIn, isRoleSession, type StsCall, usualSessionName } from '@aws-vault/plugin-sdk/sts'
import { assumeRoleInput } from './parameters.ts'

/** What AWS Vault asks for when nobody says how long. */
const usualDurations: readonly (number | undefined)[] = [undefined, 3600]

/** Characters that AWS takes in the name of a role's session. */
const longestName = 64

/** Parameters that leave no trace in a session by which another program's could be told. */
const untraceable = ['externalId', 'sourceIdentity', 'sessionTags', 'transitiveTagKeys', 'policy', 'policyArns']

/** Assumes a role: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const provider: CredentialProvider = {
  async resolve(step, { source, mfaCode }, context) {
    const input = assumeRoleInput(step)
    const RoleSessionName = input.RoleSessionName ?? usualSessionName(longestName)
    const call: StsCall = { action: 'AssumeRole', step, source, mfaCode }
    const answer = await callSts(call, context, (client, sts, options) =>
      client.send(
        new sts.AssumeRoleCommand({
          ...input,
          RoleSessionName,
          DurationSeconds: step.durationSeconds,
          ...(mfaCode !== undefined && { SerialNumber: step.mfaSerial, TokenCode: mfaCode }),
        }),
        options,
      ),
    )
    return credentialsIn(answer, call)
  },

  async recognises(step, session, context) {
    if (!usualDurations.includes(step.durationSeconds) || untraceable.some(name => name in step.parameters)) {
      return false
    }
    return isRoleSession(step, session, context)
  },
}

export default provider
