import type { Credentials } from '@aws-vault/plugin-sdk'
import type { Container } from '../container.ts'
import { MfaCodes, type MfaRequest } from './mfa-codes.ts'
import { runMfaProcess } from './mfa-process.ts'
import { plan } from './plan.ts'
import type { Plan } from './plan-types.ts'
import { resolve } from './resolve.ts'
import { ssoTokenStore } from './sso-token-store.ts'
import { type CredentialFlags, minimumSeconds, readWishes } from './wishes.ts'

/** Credentials, and how they came about. */
export interface Obtained {
  readonly plan: Plan
  readonly credentials: Credentials
}

/**
 * Credentials of a profile: made a plan for, then cached ones or new ones.
 * @throws VaultError when the profile cannot be planned, the keyring cannot be read, nobody can be asked, or AWS refuses
 */
export async function obtainCredentials(
  container: Container,
  profile: string,
  flags: CredentialFlags,
): Promise<Obtained> {
  const { environment } = container.world
  const { settings, contributions } = await container.settings()
  const wishes = readWishes(flags, environment, settings.core('duration'))
  const minimum = minimumSeconds(environment)
  const config = container.awsConfig()
  const { credentials, sessions, identity } = await container.vault()
  const storedKeys = new Set(await credentials.list())
  const made = plan({ profile, config, storedKeys, wishes, claims: contributions.claims() })
  for (const note of made.notes) container.logger.warn(note)
  for (const { why } of made.steps) container.logger.debug(why.map(({ text }) => text).join('; '))

  const resolved = await resolve(made, {
    providers: { get: async name => (await container.provider(name)).provider },
    contextFor: async name => (await container.provider(name)).context,
    credentialStore: async () => credentials,
    sessionCache: async () => sessions,
    ssoTokens: () => ssoTokenStore(container),
    lock: (name, task, onWait) => container.withLock(`${identity} ${name}`, task, onWait),
    mfaCodes: new MfaCodes({
      ask: request => askMfaCode(container, contributions.secretVariables(), request),
      logger: container.logger,
      signal: container.signal,
      now: container.clock.now,
      ...(flags['mfa-token'] === undefined ? {} : { token: flags['mfa-token'] }),
    }),
    clock: container.clock,
    logger: container.logger,
    options: { refresh: flags.refresh ?? false, minimumSeconds: minimum },
  })
  return { plan: made, credentials: resolved }
}

const withoutSecrets = (container: Container, secretVariables: readonly string[]): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(container.world.environment).filter(([name]) => !secretVariables.includes(name)))

const askMfaCode = (
  container: Container,
  secretVariables: readonly string[],
  { serial, profile, process }: MfaRequest,
): Promise<string> =>
  process === undefined
    ? container.ask({
        message: `MFA code of ${serial} for profile ${profile}`,
        secret: false,
        instead: 'give the code by --mfa-token',
      })
    : runMfaProcess(process, profile, withoutSecrets(container, secretVariables))
