import { type PartContext, VaultError } from '@aws-vault/plugin-sdk'
import { type Authorization, addressOf, authorization, clients, newState } from './authorization.ts'
import type { Target } from './target.ts'

const attempts = 3

/**
 * Lets the person sign in by a browser on any device, which then shows what has to be typed here. (Other than a device
 * code, what is shown is good only for the sign-in that was begun here.)
 * @throws VaultError ERR_SIGN_IN_CODE when what is typed is not what was shown; and what the prompt throws
 */
export async function authorizeByCode(
  target: Target,
  { ask, desk, logger, signal }: PartContext,
): Promise<Authorization & { readonly code: string }> {
  const { profile } = target.step
  const { href: redirectUri } = await addressOf(target, '/v1/sessions/confirmation')
  const begun = await authorization(target, { clientId: clients.crossDevice, redirectUri, state: await newState() })
  await desk.show(`sign in as ${target.loginSession} in a browser on any device: open ${begun.url.href}`)
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const message = `Code that the browser shows in the end, for profile ${profile}`
    const answer = await ask({ message, secret: true, instead: 'run it where a browser can be opened' })
    signal.throwIfAborted()
    const code = codeIn(answer, begun.state)
    if (code !== undefined) return { ...begun, code }
    logger.warn('that is not the code of this sign-in: copy all of it')
  }
  throw new VaultError('ERR_SIGN_IN_CODE', `no code of the sign-in for profile "${profile}" was typed`, {
    hint: 'run the command again, and copy all of what the browser shows',
    facts: { profile },
  })
}

/** What the page shows is, in base64, a query string with `state` and `code`. */
function codeIn(answer: string, state: string): string | undefined {
  const shown = new URLSearchParams(Buffer.from(answer.replaceAll(/\s/g, ''), 'base64').toString())
  return shown.get('state') === state ? (shown.get('code') ?? undefined) : undefined
}
