import { VaultError } from '@aws-vault/plugin-sdk'
import { commandProfiles } from '@aws-vault/plugin-sdk/command'
import type { Plan } from './plan-types.ts'

/**
 * Refuses a plan whose source is a command that runs already, and has started us: each would start the next for ever,
 * or wait for the lock that the first one holds. To be called before a plan is run.
 * @throws VaultError ERR_COMMAND_LOOP
 */
export function refuseCommandLoop(
  { profile, steps: [source] }: Plan,
  environment: Readonly<Record<string, string | undefined>>,
): void {
  if (source.kind === 'stored-keys') return
  const running = commandProfiles(environment)
  const name = source.step.profile
  if (!running.includes(name)) return
  const chain = [...running.slice(running.indexOf(name)), ...(profile === name ? [name] : [profile, name])]
  throw new VaultError(
    'ERR_COMMAND_LOOP',
    `profile "${name}" gets its credentials from a command that asks for profile "${name}" again (${chain.join(' -> ')})`,
    {
      hint: `if its keys were to be stored here: aws-vault add ${name}; if not, let its command get them elsewhere`,
      facts: { profile: name, chain },
    },
  )
}
