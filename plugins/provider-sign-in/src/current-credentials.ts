import {
  type Credentials,
  isVaultError,
  type PartContext,
  type SignInLogin,
  type SignInLoginStore,
} from '@aws-vault/plugin-sdk'
import { createToken, type Issued } from './create-token.ts'
import type { Target } from './target.ts'

/**
 * New credentials: by the sign-in that is kept, as long as AWS lets it be renewed, or else by a new one. One at a time
 * for each session, since each renewal uses up what the one before it gave.
 */
export function currentCredentials(
  target: Target,
  logins: SignInLoginStore,
  context: PartContext,
): Promise<Credentials> {
  const { loginSession } = target
  return logins.alone(loginSession, async () => {
    const kept = await logins.get(loginSession)
    // One that AWS refuses stays until there is a new one: it may be the clock that is wrong.
    const issued = (kept && (await renew(target, kept, context))) ?? (await newLogin(target, context))
    await logins.set(loginSession, issued.login)
    return issued.credentials
  })
}

async function newLogin(target: Target, context: PartContext): Promise<Issued> {
  const { logIn } = await import('./log-in.ts')
  return logIn(target, context)
}

/** Credentials without the person; `undefined` where AWS wants a new sign-in. */
async function renew(target: Target, kept: SignInLogin, context: PartContext): Promise<Issued | undefined> {
  const { clientId, refreshToken, proofKey, region } = kept
  const grant = { clientId, grantType: 'refresh_token', refreshToken } as const
  try {
    return await createToken({ ...target, region }, proofKey, grant, context)
  } catch (error) {
    if (!isVaultError(error, 'ERR_SIGN_IN_REFUSED')) throw error
    context.logger.debug(`the sign-in of ${target.loginSession} cannot be renewed: ${error.message}`)
    return undefined
  }
}
