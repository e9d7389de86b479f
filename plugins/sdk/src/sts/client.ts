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
export const connectTimeout = 5000

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
  const requestHandler = { connectionTimeout: connectTimeout }
  const client = new sts.STSClient({
    region,
    ...(endpointUrl !== undefined && { endpoint: endpointUrl }),
    useGlobalEndpoint,
    // A copy: the client writes into what it is given.
    credentials: source === undefined ? noCredentials : { ...source },
    maxAttempts: 1,
    requestHandler,
    // What follows is what the client would otherwise search the environment and the config files for.
    authSchemePreference: [],
    defaultsMode: 'standard',
    disableClockSkewCorrection: false,
    ignoreConfiguredEndpointUrls: true,
    retryMode: 'standard',
    sigv4aSigningRegionSet: [],
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    userAgentAppId: async () => undefined,
  })
  const { url } = client.config.endpointProvider({
    Region: region,
    ...(endpointUrl !== undefined && { Endpoint: endpointUrl }),
    UseGlobalEndpoint: useGlobalEndpoint,
    UseDualStack: false,
    UseFIPS: false,
  })
  const agent = await httpsAgent(url, context.http)
  if (agent !== undefined) {
    const handler = client.config.requestHandler as unknown as AdjustableHandler
    handler.updateHttpClientConfig('httpsAgent', agent)
  }
  return { client, url, clockDifference: watchClock(client, context) }
}

/** Keeps what AWS's answers say of the time (`Date`, to the second), refusals included. */
function watchClock(client: STSClient, { clock }: PartContext): () => number | undefined {
  let difference: number | undefined
  client.middlewareStack.add(
    next => async args => {
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
