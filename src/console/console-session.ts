import { type CredentialStep, type Credentials, VaultError } from '@aws-vault/plugin-sdk'
import type { Located } from '../aws-config/origin.ts'
import type { Container } from '../container.ts'
import { checkedEndpointUrl } from '../credentials/endpoint.ts'
import { prepareObtaining } from '../credentials/obtain.ts'
import { partitionOfArn, partitionOfRegion } from '../credentials/partition.ts'
import type { Plan } from '../credentials/plan-types.ts'
import { type CredentialFlags, readWishes } from '../credentials/wishes.ts'
import { consoleDestination } from './destination.ts'
import { environmentCredentials } from './environment-credentials.ts'
import { loginLink, logoutLink } from './links.ts'
import { consoleHosts } from './partition-hosts.ts'
import { sessionDuration } from './session-duration.ts'
import { getSignInToken } from './sign-in-token.ts'

/** What the user wants of a sign-in. */
export interface ConsoleFlags extends CredentialFlags {
  readonly path?: string | undefined
  readonly logout?: boolean | undefined
}

/** A way into the console. */
export interface ConsoleSession {
  /** Signs in whoever opens it within 15 minutes. */
  readonly url: string
  readonly destination: string
  readonly partition: string
  readonly region?: string
  /** When the session ends, if that is known. */
  readonly expiration?: Date
}

/** Where it leads and how long it lasts, before anybody was asked for anything. */
interface Course {
  readonly partition: string
  readonly region?: string
  readonly destination: string
  readonly endpoint: string
  readonly seconds?: number
  readonly isLogout: boolean
}

/** How long credentials must still live for a visit to the console, in seconds: it ends with them. */
const SHORTEST_VISIT = 900

/**
 * Makes a link that signs in to the console, with credentials of a profile or, without one, those of the environment.
 * All that can be refused without a call is refused before one is made.
 * @throws VaultError when the profile cannot be planned, its credentials cannot be had, the path leads elsewhere, or AWS
 *   does not take them for a sign-in
 */
export async function consoleSession(
  container: Container,
  profile: string | undefined,
  flags: ConsoleFlags,
): Promise<ConsoleSession> {
  const { settings } = await container.settings()
  const wishes = readWishes(flags, container.world.environment, settings.core('duration'))
  const endpointUrl = wishes.signInEndpointUrl

  if (profile === undefined) {
    const found = environmentCredentials(container, flags, wishes)
    const course = courseOf(partitionOfRegion(found.region ?? ''), found.region, flags, endpointUrl)
    return enter(container, course, await found.obtain())
  }

  const { plan, obtain } = await prepareObtaining(container, profile, { ...flags, forConsole: true })
  const { seconds, notes } = sessionDuration(plan, wishes.duration)
  for (const note of notes) container.logger.warn(note)
  const partition = partitionOfPlan(plan)
  const own = plan.region !== undefined && partitionOfRegion(plan.region) === partition ? plan.region : undefined
  const course = courseOf(partition, own, flags, endpointUrl)
  const credentials = await obtain(SHORTEST_VISIT)
  return enter(container, { ...course, ...(seconds !== undefined && { seconds }) }, credentials)
}

/** The partition that a plan's credentials are of: their role's, or else their region's. */
function partitionOfPlan({ steps, region }: Plan): string {
  const last = steps.at(-1)
  const step: Partial<CredentialStep> = last?.kind === 'provider' ? last.step : {}
  const { roleArn, loginSession } = step.parameters ?? {}
  const arn = [roleArn, loginSession].find(it => typeof it === 'string') as string | undefined
  return partitionOfArn(arn ?? '') ?? partitionOfRegion(step.region ?? region ?? '')
}

function courseOf(
  partition: string,
  region: string | undefined,
  { path, logout = false }: ConsoleFlags,
  endpointUrl: Located<string> | undefined,
): Course {
  const hosts = consoleHosts(partition)
  if (hosts === undefined) {
    throw new VaultError('ERR_CONSOLE_PARTITION', `where the console of the partition ${partition} is, is not known`, {
      hint: 'update aws-vault, or say that it is missing',
      facts: { partition },
    })
  }
  const base = endpointUrl && checkedEndpointUrl(endpointUrl).replace(/\/+$/, '')
  return {
    partition,
    isLogout: logout,
    ...(region !== undefined && { region }),
    destination: consoleDestination({ host: hosts.console, region, path }),
    endpoint: `${base ?? `https://${logout ? hosts.signOut : hosts.signIn}`}/federation`,
  }
}

async function enter(
  container: Container,
  { partition, region, destination, endpoint, seconds, isLogout }: Course,
  credentials: Credentials,
): Promise<ConsoleSession> {
  const signInToken = await getSignInToken({ endpoint, credentials, seconds }, container.callContext())
  container.redactor.add(signInToken)
  const link = loginLink({ endpoint, destination, signInToken })
  const expiration = seconds === undefined ? credentials.expiration : new Date(container.clock.now() + seconds * 1000)
  return {
    url: isLogout ? logoutLink(endpoint, link) : link,
    destination,
    partition,
    ...(region === undefined ? {} : { region }),
    ...(expiration === undefined ? {} : { expiration }),
  }
}
