import { isVaultError, type PartContext, VaultError } from '@aws-vault/plugin-sdk'
import type { Authorization } from './authorization.ts'
import { createToken, type Issued, incomplete } from './create-token.ts'
import { makeProofKey } from './proof.ts'
import type { Target } from './target.ts'

/**
 * Signs the person in: by the browser on this screen where there is one, by a code otherwise, or if they want it so.
 * @throws VaultError ERR_SIGN_IN_NEEDED when there is neither a browser nor anybody to show an address to;
 *   ERR_SIGN_IN_IDENTITY when they signed in as somebody else; and what the ways and AWS throw
 */
export async function logIn(target: Target, context: PartContext): Promise<Issued> {
  const { code, ...begun } = await authorized(target, context)
  const { clientId, redirectUri, codeVerifier } = begun
  const grant = { clientId, grantType: 'authorization_code', code, redirectUri, codeVerifier } as const
  const issued = await createToken(target, await makeProofKey(), grant, context)
  if (issued.identity === undefined) throw incomplete(target)
  if (issued.identity !== target.loginSession) throw somebodyElse(target, issued.identity)
  return issued
}

async function authorized(target: Target, context: PartContext): Promise<Authorization & { readonly code: string }> {
  const { desk, logger, options } = context
  const wantsCode = options.deviceCode === true
  if (!wantsCode && (await desk.canBrowse())) {
    const { authorizeByBrowser } = await import('./authorize-by-browser.ts')
    try {
      return await authorizeByBrowser(target, context)
    } catch (error) {
      if (!isVaultError(error, 'ERR_BROWSER_FAILED')) throw error
      logger.warn(error.message)
    }
  }
  if (!wantsCode && !(await desk.isWatched())) {
    const { loginSession, step } = target
    const { profile } = step
    const message = `profile "${profile}" needs a sign-in as ${loginSession}, and there is neither a browser nor a terminal`
    throw new VaultError('ERR_SIGN_IN_NEEDED', message, {
      hint: `run in a terminal: aws-vault exec ${profile} -- true`,
      facts: { profile, loginSession },
    })
  }
  const { authorizeByCode } = await import('./authorize-by-code.ts')
  return authorizeByCode(target, context)
}

function somebodyElse({ loginSession, step: { profile } }: Target, identity: string): VaultError {
  const shown = identity.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?')
  const message = `profile "${profile}" is for ${loginSession}, but the browser is signed in as ${shown}`
  return new VaultError('ERR_SIGN_IN_IDENTITY', message, {
    hint: 'choose the right session in the browser, or change login_session',
    facts: { profile, loginSession, identity },
  })
}
