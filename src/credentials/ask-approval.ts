import { isVaultError, VaultError } from '@aws-vault/plugin-sdk'
import type { Container } from '../container.ts'
import { parentName } from '../exec/parent-name.ts'

/**
 * Asks whether the credentials of a guarded profile may be handed out, to the container's recipient. Silence is a no.
 * @param forSession whether a yes is good for all who ask, as long as the session is kept
 * @throws VaultError ERR_CONFIRM_REFUSED when the person says anything but yes
 * @throws VaultError ERR_CONFIRM_UNAVAILABLE when nobody can be asked
 */
export async function askApproval(
  container: Container,
  profile: string,
  { forSession }: { readonly forSession: boolean },
): Promise<void> {
  const recipient = container.recipient?.title ?? 'the caller of aws-vault'
  const facts = { profile, recipient }
  const parent = parentName()
  const caller = parent === null ? '' : ` (asked for by ${parent})`
  const others = forSession ? ', and to whoever asks for them as long as this session lives' : ''
  let answer: string
  try {
    answer = await container.ask({
      message: `Hand out credentials of profile "${profile}" to ${recipient}${caller}${others}?`,
      secret: false,
      yesNo: true,
    })
  } catch (cause) {
    if (isVaultError(cause, 'ERR_PROMPT_CANCELLED')) throw refusal(facts, cause)
    if (!isVaultError(cause, 'ERR_PROMPT_UNAVAILABLE')) throw cause
    throw new VaultError(
      'ERR_CONFIRM_UNAVAILABLE',
      `profile "${profile}" is guarded (vault_confirm), and nobody can be asked: ${cause.message}`,
      { hint: 'run it where a person can be asked: in a terminal, or on a desktop', facts, cause },
    )
  }
  if (!/^y(es)?$/i.test(answer.trim())) throw refusal(facts)
}

function refusal(facts: { readonly profile: string; readonly recipient: string }, cause?: unknown): VaultError {
  return new VaultError(
    'ERR_CONFIRM_REFUSED',
    `the credentials of profile "${facts.profile}" were not handed out: nobody agreed`,
    {
      hint: `profile "${facts.profile}" is guarded by vault_confirm; answer yes to go on`,
      facts,
      ...(cause === undefined ? {} : { cause }),
    },
  )
}
