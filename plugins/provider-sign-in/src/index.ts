import { type CredentialProvider, VaultError } from '@aws-vault/plugin-sdk'
import { currentCredentials } from './current-credentials.ts'
import { targetOf } from './target.ts'

/** The credentials of whoever is signed in to the AWS console: profiles that `aws login` made. */
const provider: CredentialProvider = {
  async resolve(step, { logins }, context) {
    const target = targetOf(step)
    if (logins === undefined) {
      const { profile } = step
      throw new VaultError('ERR_PROVIDER_PARAMETER', `the sign-in of profile "${profile}" can be kept nowhere`, {
        facts: { profile },
      })
    }
    return currentCredentials(target, logins, context)
  },
}

export default provider
