import type { Container } from '../container.ts'
import { explain, formatExplanation } from './explain.ts'
import { prepare } from './prepare.ts'
import type { CredentialFlags } from './wishes.ts'

/**
 * How the credentials of a profile would come about, as text or (`json`) as data. Of the keyring only the names of items
 * are looked at, so that nothing has to be unlocked; nobody is asked, and AWS is not called.
 * @throws VaultError when the profile cannot be planned, or what the plan depends on cannot be read
 */
export async function explainProfile(
  container: Container,
  profile: string,
  flags: CredentialFlags & { readonly json?: boolean },
): Promise<string> {
  const { plan, vault, minimum } = await prepare(container, profile, flags)
  const explanation = explain(plan, {
    sessions: await vault.sessions.list(),
    now: container.clock.now(),
    minimum,
    refresh: flags.refresh ?? false,
  })
  return flags.json
    ? JSON.stringify(explanation, null, 2)
    : formatExplanation(explanation, container.world.homeDirectory)
}
