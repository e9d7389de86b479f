import { type CredentialProvider, VaultError } from '@aws-vault/plugin-sdk'
import { brokerAddress } from './broker-address.ts'
import { parseAnswer } from './parse-answer.ts'
import { post } from './post.ts'

/** Contribution `providers.broker`: for profiles with `broker_url` and `broker_role`. */
const provider: CredentialProvider = {
  async resolve({ profile, parameters, durationSeconds = 3600 }, _input, context) {
    const { broker_url: address, broker_role: role } = parameters
    if (typeof role !== 'string' || role === '') {
      throw new VaultError('ERR_BROKER_ROLE', `profile "${profile}" has a broker and no broker_role`, {
        hint: 'add broker_role to the profile',
        facts: { profile },
      })
    }
    const url = brokerAddress(String(address ?? ''), profile)
    const token =
      context.options.token ??
      (await context.ask({
        message: `Token of ${url.host} for profile ${profile}`,
        secret: true,
        instead: 'set AWS_VAULT_BROKER_TOKEN',
      }))
    const { status, text } = await post(url, String(token), JSON.stringify({ role, durationSeconds }), context)
    if (status === 401 || status === 403) {
      throw new VaultError('ERR_BROKER_REFUSED', `${url.host} does not give the role "${role}" for this token`, {
        hint: 'look at the token and at broker_role of the profile',
        facts: { profile, status },
      })
    }
    if (status !== 200) {
      throw new VaultError('ERR_BROKER_ANSWER', `${url.host} answered with HTTP ${status}`, {
        facts: { profile, status },
      })
    }
    return parseAnswer(text, url.host, context.clock.now())
  },
}

export default provider
