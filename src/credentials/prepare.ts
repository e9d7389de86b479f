import { dirname, resolve } from 'node:path'
import type { Located } from '../aws-config/origin.ts'
import type { Container, Vault } from '../container.ts'
import { expandHome } from '../settings/option-value.ts'
import { plan } from './plan.ts'
import type { Plan } from './plan-types.ts'
import { withPolicyDocument } from './session-policy.ts'
import { type CredentialFlags, minimumSeconds, readWishes } from './wishes.ts'

/** A plan, and what it takes to run it or to tell of it. */
export interface Prepared {
  readonly plan: Plan
  readonly vault: Vault
  /** How much life the credentials must have left, in seconds, and who says so. */
  readonly minimum: Located<number>
}

/**
 * Makes the plan for a profile from all that counts: settings, AWS config, which keys are stored, the policy file.
 * Nothing is decrypted, asked or called.
 * @param furtherRole a role that the profile's credentials shall assume, beyond what the profile says
 * @throws VaultError when the profile cannot be planned, or what the plan depends on cannot be read
 */
export async function prepare(
  container: Container,
  profile: string,
  flags: CredentialFlags,
  furtherRole?: Located<string>,
): Promise<Prepared> {
  const { environment } = container.world
  const { settings, contributions } = await container.settings()
  const wishes = readWishes(flags, environment, settings.core('duration'))
  const minimum = minimumSeconds(flags, environment)
  const config = container.awsConfig()
  const vault = await container.vault()
  const storedKeys = new Set(await vault.credentials.list())
  const further = furtherRole === undefined ? {} : { furtherRole }
  const made = plan({ profile, config, storedKeys, wishes, claims: contributions.claims(), ...further })
  return { plan: await withPolicyFile(made, container), vault, minimum }
}

async function withPolicyFile(made: Plan, { world }: Container): Promise<Plan> {
  if (made.policyFile === undefined) return made
  const { readPolicyFile } = await import('./policy-file.ts')
  return withPolicyDocument(made, readPolicyFile(pathOf(made.policyFile, world.homeDirectory)))
}

/** A path in the config counts from the config file's directory, one on the command line from where the user is. */
function pathOf({ value, origin }: Located<string>, homeDirectory: string): string {
  const base = origin.kind === 'file' ? dirname(origin.file) : '.'
  return resolve(base, expandHome(value, homeDirectory))
}
