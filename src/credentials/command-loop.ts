import { VaultError } from '@aws-vault/plugin-sdk'
import { commandProfiles } from '@aws-vault/plugin-sdk/command'
import type { Plan } from './plan-types.ts'

/**
 * Refuses a plan that needs a command that runs already, and has started us (the one that gives the credentials, or the
 * MFA code): each would start the next for ever, or wait for the lock that the first one holds. To be called before a
 * plan is run.
 * @throws VaultError ERR_COMMAND_LOOP
 */
export function refuseCommandLoop(
  { profile, steps }: Plan,
  environment: Readonly<Record<string, string | undefined>>,
): void {
  const [source] = steps
  const needed = [
    ...(source.kind === 'provider' ? [source.step.profile] : []),
    ...steps.flatMap(step => (step.kind === 'provider' && step.mfaProcess !== undefined ? [step.step.profile] : [])),
  ]
  const running = commandProfiles(environment)
  const name = needed.find(it => running.includes(it))
  if (name === undefined) return
  const chain = [...running.slice(running.indexOf(name)), ...(profile === name ? [name] : [profile, name])]
  throw new VaultError(
    'ERR_COMMAND_LOOP',
    `profile "${name}" needs a command of the config that asks for profile "${name}" again (${chain.join(' -> ')})`,
    {
      hint: `if its keys were to be stored here: aws-vault add ${name}; if not, let its command get them elsewhere`,
      facts: { profile: name, chain },
    },
  )
}
