import type { CredentialProvider } from '@aws-vault/plugin-sdk'
import { callSts, credentialsIn, isRoleSession, type StsCall, usualSessionName } from '@aws-vault/plugin-sdk/sts'
import { explainRefusal } from './explain-refusal.ts'
import { readParameters } from './parameters.ts'
import { getToken } from './token.ts'

/** What AWS Vault asks for when nobody says how long. */
const usualDurations: readonly (number | undefined)[] = [undefined, 3600]

/** Characters that AWS takes in the name of a role's session. */
const longestName = 64

/** Parameters that leave no trace in a session by which another program's could be told. */
const untraceable = ['policy', 'policyArns']

/**
 * Assumes a role with a token of an identity provider. The call is not signed: the token says who asks.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
const provider: CredentialProvider = {
  async resolve(step, _input, context) {
    const { input, origin } = readParameters(step)
    const token = await getToken(origin, step.profile, context)
    const call: StsCall = { action: 'AssumeRoleWithWebIdentity', step, secrets: [token] }
    try {
      const answer = await callSts(call, context, (client, sts, options) =>
        client.send(
          new sts.AssumeRoleWithWebIdentityCommand({
            ...input,
            RoleSessionName: input.RoleSessionName ?? usualSessionName(longestName),
            DurationSeconds: step.durationSeconds,
            WebIdentityToken: token,
          }),
          options,
        ),
      )
      return credentialsIn(answer, call)
    } catch (error) {
      throw explainRefusal(error, origin)
    }
  },

  async recognises(step, session, context) {
    if (!usualDurations.includes(step.durationSeconds) || untraceable.some(name => name in step.parameters)) {
      return false
    }
    return isRoleSession(step, session, context)
  },
}

export default provider
