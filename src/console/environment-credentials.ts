import { type Credentials, VaultError } from '@aws-vault/plugin-sdk'
import { parseRegion } from '../aws-config/values.ts'
import type { Container } from '../container.ts'
import { checkedEndpointUrl } from '../credentials/endpoint.ts'
import { federationTokenLifetime } from '../credentials/lifetimes.ts'
import { ALLOW_ALL } from '../credentials/plan.ts'
import type { Wishes } from '../credentials/plan-input.ts'
import type { CredentialFlags } from '../credentials/wishes.ts'

/** Credentials that stand in the environment, and a way to have them as the console takes them. */
export interface EnvironmentCredentials {
  readonly region?: string
  obtain(): Promise<Credentials>
}

/** What only the way of a profile's credentials has a use for. */
const OF_PROFILES = ['policy', 'policy-arn', 'read-only', 'mfa-token', 'refresh', 'min-ttl'] as const

/**
 * The credentials of `AWS_ACCESS_KEY_ID` and its like, as they stand there inside of `exec`. Long-lived ones become a
 * federated session, as those of a profile do.
 * @throws VaultError ERR_CONSOLE_ENVIRONMENT when there are none, ERR_USAGE for a flag that needs a profile,
 *   ERR_CONFIG_VALUE for a region or a duration that cannot be meant
 */
export function environmentCredentials(
  container: Container,
  flags: CredentialFlags,
  wishes: Wishes,
): EnvironmentCredentials {
  const useless = OF_PROFILES.find(name => flags[name] !== undefined)
  if (useless !== undefined) {
    throw new VaultError('ERR_USAGE', `--${useless} needs a PROFILE: the environment's credentials are as they are`, {
      hint: 'name a profile',
      facts: { flag: useless, exitCode: 2 },
    })
  }
  const keys = readKeys(container.world.environment)
  container.redactor.add(keys.secretAccessKey)
  container.redactor.add(keys.sessionToken)
  const { region: asked, duration, endpointUrl } = wishes
  const region = asked && parseRegion(asked.value, { name: 'region', origin: asked.origin })
  const lifetime = federationTokenLifetime({ ...wishes, forConsole: true })
  const step = {
    provider: 'federation-token',
    profile: 'of the environment',
    ...(region === undefined ? {} : { region }),
    ...(endpointUrl === undefined ? {} : { endpointUrl: checkedEndpointUrl(endpointUrl) }),
    durationSeconds: lifetime.seconds,
    parameters: { policy: ALLOW_ALL },
  }
  return {
    ...(region === undefined ? {} : { region }),
    async obtain() {
      if (keys.sessionToken !== undefined) {
        if (duration !== undefined) container.logger.warn('the console session lasts as long as these credentials do')
        return keys
      }
      if (lifetime.note !== undefined) container.logger.warn(lifetime.note)
      const { provider, context } = await container.provider(step.provider)
      const credentials = await provider.resolve(step, { source: keys }, context)
      container.redactor.add(credentials.secretAccessKey)
      container.redactor.add(credentials.sessionToken)
      return credentials
    },
  }
}

function readKeys(environment: Container['world']['environment']): Credentials {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_CREDENTIAL_EXPIRATION: end = '',
    AWS_VAULT: outer,
  } = environment
  if (!accessKeyId || !secretAccessKey) {
    throw new VaultError('ERR_CONSOLE_ENVIRONMENT', 'no PROFILE was named, and the environment has no credentials', {
      hint: outer ? `name the profile: aws-vault login ${outer}` : 'name a profile: aws-vault login PROFILE',
    })
  }
  const expiration = new Date(end)
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken ? { sessionToken } : {}),
    ...(sessionToken && !Number.isNaN(expiration.getTime()) ? { expiration } : {}),
  }
}
