import type { Agent } from 'node:https'
import type { STSClient } from '@aws-sdk/client-sts'
import type { PartContext } from '../context.ts'
import type { Credentials } from '../credentials.ts'
import type { CredentialStep } from '../provider.ts'
import { httpsAgent } from './https-agent.ts'

/** AWS's own client for STS, as `import('@aws-sdk/client-sts')` gives it. */
export type StsModule = typeof import('@aws-sdk/client-sts')

/** A client for the calls of one step, and what it has seen. */
export interface StepClient {
  readonly client: STSClient
  /** The address that it calls. */
  readonly url: URL
  /** Milliseconds by which AWS's clock was ahead of ours at its last answer; `undefined` before, or if it did not say. */
  clockDifference(): number | undefined
}

/** Of the SDK's handler of requests, which can be told its agent only when the address is known. */
interface AdjustableHandler {
  updateHttpClientConfig(name: 'httpsAgent', agent: Agent): void
}

/** Milliseconds until a connection must stand. */
const connectTimeout = 5000

/** Signs and is called where nobody says in which region. */
const usualRegion = 'us-east-1'

/**
 * A client that takes nothing from the environment or from AWS's config files: everything it would look up there is
 * given. It repeats nothing by itself.
 */
export async function createStepClient(
  sts: StsModule,
  step: CredentialStep,
  source: Credentials | undefined,
  context: PartContext,
): Promise<StepClient> {
  const { region = usualRegion, endpointUrl } = step
  const useGlobalEndpoint = step.parameters.legacyGlobalEndpoint === true
  const client = new sts.STSClient({
    region,
    ...(endpointUrl !== undefined && { endpoint: endpointUrl }),
    useGlobalEndpoint,
    // A copy: the client writes into what it is given.
    credentials: source === undefined ? noCredentials : { ...source },
    ...fixedSettings(),
    sigv4aSigningRegionSet: [],
  })
  const { url } = client.config.endpointProvider({
    Region: region,
    ...(endpointUrl !== undefined && { Endpoint: endpointUrl }),
    UseGlobalEndpoint: useGlobalEndpoint,
    UseDualStack: false,
    UseFIPS: false,
  })
  return { client, url, clockDifference: await prepareClient(client, url, context) }
}

/** What any client is told so that it repeats nothing by itself, and searches neither environment nor config files. */
export function fixedSettings(): FixedSettings {
  return {
    maxAttempts: 1,
    requestHandler: { connectionTimeout: connectTimeout },
    // What follows is what the client would otherwise search the environment and the config files for.
    authSchemePreference: [],
    defaultsMode: 'standard',
    disableClockSkewCorrection: false,
    ignoreConfiguredEndpointUrls: true,
    retryMode: 'standard',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    userAgentAppId: async () => undefined,
  }
}

/** See {@link fixedSettings}. */
export interface FixedSettings {
  maxAttempts: number
  requestHandler: { connectionTimeout: number }
  authSchemePreference: string[]
  defaultsMode: 'standard'
  disableClockSkewCorrection: boolean
  ignoreConfiguredEndpointUrls: boolean
  retryMode: string
  useDualstackEndpoint: boolean
  useFipsEndpoint: boolean
  userAgentAppId: () => Promise<undefined>
}

/** What is used of a client of the AWS SDK, whatever its service. */
export interface AnyClient {
  readonly config: { readonly requestHandler: unknown }
  readonly middlewareStack: {
    // biome-ignore lint/suspicious/noExplicitAny: the SDK's own type has the commands of one service in it
    add(middleware: any, options: any): void
  }
  destroy(): void
}

/** Makes a client's connections go as the user wants them to. Gives what tells how far AWS's clock was ahead of ours. */
export async function prepareClient(
  client: AnyClient,
  url: URL,
  context: PartContext,
): Promise<() => number | undefined> {
  const agent = await httpsAgent(url, context.http)
  if (agent !== undefined) {
    const handler = client.config.requestHandler as AdjustableHandler
    handler.updateHttpClientConfig('httpsAgent', agent)
  }
  return watchClock(client, context)
}

/** Keeps what AWS's answers say of the time (`Date`, to the second), refusals included. */
function watchClock(client: AnyClient, { clock }: PartContext): () => number | undefined {
  let difference: number | undefined
  client.middlewareStack.add(
    (next: (args: unknown) => Promise<{ response: unknown }>) => async (args: unknown) => {
      const result = await next(args)
      const { headers = {} } = result.response as { headers?: Record<string, string> }
      const time = Date.parse(headers.date ?? '')
      difference = Number.isNaN(time) ? difference : time - clock.now()
      return result
    },
    { step: 'deserialize', priority: 'low', name: 'awsVaultClock' },
  )
  return () => difference
}

async function noCredentials(): Promise<never> {
  throw new Error('this call is signed, but there are no credentials to sign it with')
}
