import {
  type CredentialProvider,
  type CredentialStep,
  type SsoTokenStore,
  type StepInput,
  VaultError,
} from '@aws-vault/plugin-sdk'
import { newLogin, withLogin } from './current-login.ts'
import { getRoleCredentials, listRoles } from './portal.ts'
import { targetOf } from './target.ts'

/** The credentials of a role that a person has through an AWS access portal (IAM Identity Center). */
const provider: CredentialProvider = {
  resolve(step, input, context) {
    return run(step, input, (target, tokens) =>
      withLogin(target, tokens, context, accessToken => getRoleCredentials(target, accessToken, context)),
    )
  },

  async recognises(step, session, context) {
    const { isOfRole } = await import('./recognise.ts')
    return isOfRole(targetOf(step), session, context)
  },

  login(step, input, context) {
    return run(step, input, async (target, tokens) => (await newLogin(target, tokens, context)).expiration)
  },

  listRoles(step, input, context) {
    return run(step, input, (target, tokens) =>
      withLogin(target, tokens, context, accessToken => listRoles(target, accessToken, context)),
    )
  },
}

export default provider

async function run<T>(
  step: CredentialStep,
  { tokens }: StepInput,
  task: (target: ReturnType<typeof targetOf>, tokens: SsoTokenStore) => Promise<T>,
): Promise<T> {
  const target = targetOf(step)
  if (tokens === undefined) {
    throw new VaultError('ERR_PROVIDER_PARAMETER', `the login of profile "${step.profile}" can be kept nowhere`, {
      facts: { profile: step.profile },
    })
  }
  return task(target, tokens)
}
