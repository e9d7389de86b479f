import { type PartContext, type SsoToken, VaultError } from '@aws-vault/plugin-sdk'
import { browseAndReturn, redirectUri, startRedirectServer } from '@aws-vault/plugin-sdk/redirect'
import { createToken, grants, oidcUrl, registerClient } from './oidc.ts'
import type { Target } from './target.ts'

/**
 * Logs in by the browser on this screen: it is sent to AWS and comes back to a loopback port with a code that only we
 * can redeem (authorization code with PKCE, RFC 7636).
 * @throws VaultError ERR_BROWSER_FAILED when no browser could be opened; ERR_SSO_LOGIN_DENIED, ERR_SSO_LOGIN_EXPIRED,
 *   ERR_SSO_REFUSED, or that AWS cannot be reached
 */
export async function browserLogin(target: Target, context: PartContext): Promise<SsoToken> {
  const { hash, randomBytes } = await import('node:crypto')
  const client = await registerClient(target, redirectUri, context)
  const verifier = randomBytes(48).toString('base64url')
  const state = randomBytes(32).toString('base64url')
  const server = await startRedirectServer(state)
  try {
    const url = await oidcUrl(target)
    url.pathname = `${url.pathname.replace(/\/$/, '')}/authorize`
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: client.id,
      redirect_uri: server.address,
      state,
      code_challenge_method: 'S256',
      code_challenge: hash('sha256', verifier, 'base64url'),
      scopes: target.scopes.join(' '),
    }).toString()
    await context.desk.show(
      `log in to ${target.startUrl} in the browser that opens; if none does, open there: ${url.href}`,
    )
    const redirect = await browseAndReturn(url.href, server, context)
    if (redirect === undefined) throw late(target)
    if ('error' in redirect) throw declined(target, redirect.error)
    const grant = { grantType: grants.code, code: redirect.code, redirectUri: server.address, codeVerifier: verifier }
    return await createToken(target, client, grant, context)
  } finally {
    server.close()
  }
}

function late({ startUrl, step: { profile } }: Target): VaultError {
  return new VaultError('ERR_SSO_LOGIN_EXPIRED', `nobody approved the login to ${startUrl} in time`, {
    hint: `log in again: aws-vault sso login ${profile}`,
    facts: { profile },
  })
}

function declined({ startUrl, step }: Target, error: string): VaultError {
  const { profile } = step
  if (error === 'access_denied') {
    return new VaultError('ERR_SSO_LOGIN_DENIED', `the login to ${startUrl} was declined in the browser`, {
      hint: `log in again: aws-vault sso login ${profile}`,
      facts: { profile },
    })
  }
  const shown = /^[\w ]{1,40}$/.test(error) ? error : 'unknown error'
  return new VaultError('ERR_SSO_REFUSED', `AWS refused the login to ${startUrl} in the browser: ${shown}`, {
    hint: 'check sso_registration_scopes, or use --device-code',
    facts: { profile },
  })
}
