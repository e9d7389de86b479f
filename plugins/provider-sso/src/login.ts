import { isVaultError, type PartContext, type SsoToken, VaultError } from '@aws-vault/plugin-sdk'
import type { Target } from './target.ts'

/**
 * Logs the person in: by the browser on this screen where there is one, by a code otherwise, or if they want it so.
 * @throws VaultError ERR_SSO_LOGIN_NEEDED when there is neither a browser nor anybody to show a code to
 */
export async function login(target: Target, context: PartContext): Promise<SsoToken> {
  const { desk, logger, options } = context
  const wantsCode = options.deviceCode === true
  if (!wantsCode && (await desk.canBrowse())) {
    const { browserLogin } = await import('./browser-login.ts')
    try {
      return await browserLogin(target, context)
    } catch (error) {
      if (!isVaultError(error, 'ERR_BROWSER_FAILED')) throw error
      logger.warn(error.message)
    }
  }
  if (!wantsCode && !(await desk.isWatched())) {
    const { startUrl, step } = target
    const message = `profile "${step.profile}" needs a login to ${startUrl}, and there is neither a browser nor a terminal`
    throw new VaultError('ERR_SSO_LOGIN_NEEDED', message, {
      hint: `run in a terminal: aws-vault sso login ${step.profile}`,
      facts: { profile: step.profile, startUrl },
    })
  }
  const { deviceLogin } = await import('./device-login.ts')
  return deviceLogin(target, context)
}
