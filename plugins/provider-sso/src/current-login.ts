import { isVaultError, type PartContext, type SsoToken, type SsoTokenStore } from '@aws-vault/plugin-sdk'
import type { Target } from './target.ts'

/** Milliseconds that a login must still live; one that can be renewed is renewed in good time. */
const margin = { renewable: 5 * 60_000, other: 30_000 }

interface Login {
  readonly token: SsoToken
  /** Whether the person has logged in just now. */
  readonly isNew: boolean
}

/**
 * Runs a task with a login that the portal should accept: the one that is kept, a renewed one, or a new one. Where the
 * portal does not accept it all the same (ERR_SSO_TOKEN_REFUSED) it is dropped, and the person logs in again, once.
 */
export async function withLogin<T>(
  target: Target,
  tokens: SsoTokenStore,
  context: PartContext,
  task: (accessToken: string) => Promise<T>,
): Promise<T> {
  let login = await currentLogin(target, tokens, context)
  for (;;) {
    const { accessToken } = login.token
    try {
      return await task(accessToken)
    } catch (error) {
      if (!isVaultError(error, 'ERR_SSO_TOKEN_REFUSED')) throw error
      if (login.isNew) {
        await tokens.remove(target.startUrl)
        throw error
      }
      context.logger.debug(error.message)
      login = { ...(await currentLogin(target, tokens, context, accessToken)), isNew: true }
    }
  }
}

/** Logs in, whatever login is kept, and keeps the new one. One at a time for each portal. */
export function newLogin(target: Target, tokens: SsoTokenStore, context: PartContext): Promise<SsoToken> {
  return tokens.alone(target.startUrl, () => logInAndKeep(target, tokens, context))
}

/** @param refused an access token that the portal does not accept */
async function currentLogin(
  target: Target,
  tokens: SsoTokenStore,
  context: PartContext,
  refused?: string,
): Promise<Login> {
  const { startUrl } = target
  const isGood = (token: SsoToken, needed?: number): boolean =>
    token.accessToken !== refused &&
    token.expiration.getTime() - context.clock.now() >
      (needed ?? (token.refreshToken ? margin.renewable : margin.other))
  const kept = await tokens.get(startUrl)
  if (kept !== undefined && isGood(kept)) return { token: kept, isNew: false }
  return tokens.alone(startUrl, async () => {
    // Somebody else may have been quicker.
    const now = await tokens.get(startUrl)
    if (now !== undefined && isGood(now)) return { token: now, isNew: false }
    if (now !== undefined && now.accessToken === refused) {
      await tokens.remove(startUrl)
    } else if (now !== undefined) {
      const renewed = await renew(target, now, context)
      if (renewed !== undefined) {
        await tokens.set(startUrl, renewed)
        return { token: renewed, isNew: false }
      }
      if (isGood(now, margin.other)) return { token: now, isNew: false }
    }
    return { token: await logInAndKeep(target, tokens, context), isNew: true }
  })
}

/** A token in place of one that ends, without the person; `undefined` where the organisation wants a new login. */
async function renew(target: Target, old: SsoToken, context: PartContext): Promise<SsoToken | undefined> {
  const { refreshToken, client } = old
  if (refreshToken === undefined || client === undefined || client.expiration.getTime() <= context.clock.now()) {
    return undefined
  }
  const { createToken, grants, wasRefused } = await import('./oidc.ts')
  try {
    return await createToken(target, client, { grantType: grants.refresh, refreshToken }, context)
  } catch (error) {
    if (
      !wasRefused(error) &&
      !isVaultError(error, 'ERR_SSO_LOGIN_EXPIRED') &&
      !isVaultError(error, 'ERR_SSO_LOGIN_DENIED')
    ) {
      throw error
    }
    context.logger.debug(`the login to ${target.startUrl} cannot be renewed: ${(error as Error).message}`)
    return undefined
  }
}

async function logInAndKeep(target: Target, tokens: SsoTokenStore, context: PartContext): Promise<SsoToken> {
  const { login } = await import('./login.ts')
  const token = await login(target, context)
  await tokens.set(target.startUrl, token)
  return token
}
