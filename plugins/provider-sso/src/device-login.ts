import { type PartContext, type SsoToken, VaultError } from '@aws-vault/plugin-sdk'
import { createToken, grants, registerClient, startDeviceAuthorization, wasRefused } from './oidc.ts'
import { type NotYet, poll } from './poll.ts'
import type { Target } from './target.ts'

/** Seconds between two questions where the server does not say (RFC 8628, 3.2). */
const usualInterval = 5

/**
 * Logs in with a code that the person confirms in a browser, which may be on another device. The code is shown, so that
 * nobody confirms somebody else's.
 * @throws VaultError ERR_SSO_LOGIN_DENIED, ERR_SSO_LOGIN_EXPIRED, ERR_SSO_REFUSED, or that AWS cannot be reached
 */
export async function deviceLogin(target: Target, context: PartContext): Promise<SsoToken> {
  const { clock, desk, signal } = context
  const client = await registerClient(target, undefined, context)
  const device = await startDeviceAuthorization(target, client, context)
  const { deviceCode, expiresIn, interval = usualInterval } = device
  const userCode = printable(device.userCode)
  await desk.show(
    `log in to ${target.startUrl}: open ${printable(device.verificationUri)} and enter the code ${userCode}`,
  )
  if (device.verificationUriComplete) {
    const page = printable(device.verificationUriComplete)
    await desk.show(`or open ${page} and confirm, if the page shows the code ${userCode}`)
  }
  const { setTimeout } = await import('node:timers/promises')
  const token = await poll({
    ask: () => ask(() => createToken(target, client, { grantType: grants.device, deviceCode }, context)),
    interval,
    deadline: clock.now() + expiresIn * 1000,
    now: () => clock.now(),
    async sleep(milliseconds) {
      // Of more than that, Node would make none at all, and AWS be asked without pause.
      await setTimeout(Math.min(milliseconds, 2 ** 31 - 1), undefined, { signal }).catch(() => signal.throwIfAborted())
    },
  })
  if (token !== undefined) return token
  throw new VaultError('ERR_SSO_LOGIN_EXPIRED', `nobody approved the login to ${target.startUrl} in time`, {
    hint: `log in again: aws-vault sso login ${target.step.profile}`,
    facts: { profile: target.step.profile },
  })
}

async function ask(create: () => Promise<SsoToken>): Promise<SsoToken | NotYet> {
  try {
    return await create()
  } catch (error) {
    if (wasRefused(error, 'AuthorizationPendingException')) return 'pending'
    if (wasRefused(error, 'SlowDownException')) return 'slow-down'
    throw error
  }
}

/** What a server sent, as one line of text without control characters. */
const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?')
