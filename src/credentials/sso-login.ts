import type { CredentialProvider, CredentialStep, PartContext, StepInput } from '@aws-vault/plugin-sdk'
import { VaultError } from '@aws-vault/plugin-sdk'
import type { Container } from '../container.ts'
import { findPortal, type SsoPortal } from './sso-portal.ts'
import { ssoTokenStore } from './sso-token-store.ts'
import { readWishes } from './wishes.ts'

/** What the provider of single sign-on is asked with, whatever it is asked. */
export type SsoQuestion = readonly [step: CredentialStep, input: StepInput, context: PartContext]

/**
 * Asks the provider of single sign-on something about a portal beside credentials.
 * @param name of a profile or an `[sso-session]` section; the only portal there is if absent
 * @param ask asks one of its methods that it need not have; `undefined` if it has not
 * @throws VaultError ERR_SSO_UNKNOWN, ERR_SSO_AMBIGUOUS when it is not clear which portal; ERR_PART_BROKEN when the provider
 *   in force cannot be asked that; and what the provider throws
 */
export async function askSso<T>(
  container: Container,
  name: string | undefined,
  ask: (provider: CredentialProvider, question: SsoQuestion) => Promise<T> | undefined,
): Promise<{ readonly portal: SsoPortal; readonly answer: T }> {
  const wishes = readWishes({}, container.world.environment)
  const portal = findPortal(container.awsConfig(), wishes, name)
  const { provider, context } = await container.provider('sso')
  const step = { provider: 'sso', profile: portal.name, ...portal.step }
  const answer = ask(provider, [step, { tokens: await ssoTokenStore(container) }, context])
  if (answer === undefined) {
    throw new VaultError('ERR_PART_BROKEN', 'the provider "sso" that you chose has no such command', {
      hint: 'go back: aws-vault plugins use provider sso=built-in',
    })
  }
  return { portal, answer: await answer }
}
