import { type PartContext, VaultError } from '@aws-vault/plugin-sdk'
import { browseAndReturn, startRedirectServer } from '@aws-vault/plugin-sdk/redirect'
import { type Authorization, authorization, clients, newState } from './authorization.ts'
import type { Target } from './target.ts'

/**
 * Lets the person sign in by the browser on this screen: it is sent to AWS and comes back to a loopback port with a code
 * that only we can redeem.
 * @throws VaultError ERR_BROWSER_FAILED when no browser could be opened; ERR_SIGN_IN_DECLINED, ERR_SIGN_IN_LATE
 */
export async function authorizeByBrowser(
  target: Target,
  context: PartContext,
): Promise<Authorization & { readonly code: string }> {
  const state = await newState()
  const server = await startRedirectServer(state)
  try {
    const begun = await authorization(target, {
      clientId: clients.sameDevice,
      redirectUri: server.address,
      state,
    })
    const { href } = begun.url
    await context.desk.show(
      `sign in as ${target.loginSession} in the browser that opens; if none does, open there: ${href}`,
    )
    const redirect = await browseAndReturn(href, server, context)
    if (redirect === undefined) throw late(target)
    if ('error' in redirect) throw declined(target, redirect.error)
    return { ...begun, code: redirect.code }
  } finally {
    server.close()
  }
}

function late({ step: { profile } }: Target): VaultError {
  const message = `nobody signed in for profile "${profile}" in time`
  return new VaultError('ERR_SIGN_IN_LATE', message, { hint: 'run the command again', facts: { profile } })
}

function declined({ step: { profile } }: Target, error: string): VaultError {
  const why = error !== 'access_denied' && /^[\w ]{1,40}$/.test(error) ? `: ${error}` : ''
  return new VaultError(
    'ERR_SIGN_IN_DECLINED',
    `the sign-in for profile "${profile}" was declined in the browser${why}`,
    {
      hint: 'run the command again, or use --device-code',
      facts: { profile },
    },
  )
}
