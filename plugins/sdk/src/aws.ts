/**
 * Calls to AWS services whatever their client, with what all calls need: the user's proxy and certificates, time limits,
 * repetition that does no harm, and errors that say what to do. For calls to AWS STS, see `./sts`.
 * @module
 */
import type { PartContext } from './context.ts'
import type { VaultError } from './errors.ts'
import type { CredentialStep } from './provider.ts'
import { type AnyClient, type FixedSettings, fixedSettings, prepareClient } from './sts/client.ts'
import { callError, type ErrorCodes, type FailedCall, make, said } from './sts/error.ts'
import type { SdkError } from './sts/failure.ts'
import { proxyFor } from './sts/https-agent.ts'
import { runCall, type SendOptions } from './sts/run-call.ts'

export type { AnyClient, FixedSettings } from './sts/client.ts'
export type { ErrorCodes } from './sts/error.ts'
export { httpsAgent } from './sts/https-agent.ts'
export type { SendOptions } from './sts/run-call.ts'

/** One call. */
export interface AwsCall {
  /** AWS's name for it, e.g. `GetRoleCredentials`. */
  readonly action: string
  /** For whom it is made. */
  readonly step: CredentialStep
  /** The address that the client calls. */
  readonly url: URL
  /** The endpoint that the user set, if it is one of theirs. */
  readonly endpointUrl?: string | undefined
  /** Secrets in it, which no error may repeat. */
  readonly secrets?: readonly string[]
  /** Whether it carries something that AWS takes only once, and so is not repeated where AWS may have seen it. */
  readonly once?: boolean
  readonly codes: ErrorCodes
  /** The error for the user when AWS says no. */
  refused(refusal: Refusal): VaultError
}

/** What AWS answered instead of a result. */
export interface Refusal {
  /** Its code, e.g. `ForbiddenException`. */
  readonly awsCode: string
  readonly httpStatus: number | undefined
  /** Code and message, as the end of a sentence. */
  readonly said: string
  /** An error about it, with the usual facts. */
  error(code: string, message: string, hint?: string): VaultError
}

/** Settings for any client of the AWS SDK: it then takes nothing from the environment or from AWS's config files. */
export function clientSettings(region: string, endpointUrl?: string): FixedSettings & ClientAddress {
  return { region, ...(endpointUrl !== undefined && { endpoint: endpointUrl }), ...fixedSettings() }
}

/**
 * As {@link clientSettings}, for calls that say themselves who makes them, by a token or a code: they are not signed, and
 * need no credentials.
 */
export function unsignedSettings(
  region: string,
  endpointUrl?: string,
): ReturnType<typeof clientSettings> & NoCredentials {
  const credentials = async () => ({ accessKeyId: '', secretAccessKey: '' })
  return { ...clientSettings(region, endpointUrl), credentials }
}

/** What a client has that signs nothing. */
export interface NoCredentials {
  credentials(): Promise<{ accessKeyId: string; secretAccessKey: string }>
}

/** The address that a client with these settings calls. */
export function clientUrl({ config }: AddressedClient, region: string, endpointUrl?: string): URL {
  const { url } = config.endpointProvider({
    Region: region,
    ...(endpointUrl !== undefined && { Endpoint: endpointUrl }),
    UseDualStack: false,
    UseFIPS: false,
  })
  return url
}

/** What is used of a client of the AWS SDK, whatever its service, to know its address. */
export interface AddressedClient {
  readonly config: {
    endpointProvider(parameters: { Region: string; Endpoint?: string; UseDualStack: boolean; UseFIPS: boolean }): {
      readonly url: URL
    }
  }
}

/** Where a client calls. */
export interface ClientAddress {
  region: string
  endpoint?: string
}

/**
 * Makes a call. Repeats it when AWS is throttling or failing or the connection is cut, three attempts in all.
 * @param client is done with afterwards
 * @throws VaultError what `refused` gives when AWS refuses, one of `codes`, ERR_NETWORK_FAILED, ERR_NETWORK_TIMEOUT,
 *   ERR_CLOCK_SKEW, ERR_HTTP_PROXY, ERR_HTTP_CA_BUNDLE. Each names the profile, and none holds a secret
 * @throws the reason of `context.signal` when that is aborted
 */
export async function callAws<T>(
  call: AwsCall,
  client: AnyClient,
  context: PartContext,
  send: (options: SendOptions) => Promise<T>,
): Promise<T> {
  const { action, url, endpointUrl, secrets = [], once = false, codes } = call
  const { endpointUrl: _, ...step } = call.step
  context.signal.throwIfAborted()
  const clockDifference = await prepareClient(client, url, context)
  const failed = (): FailedCall => ({
    action,
    step: { ...step, ...(endpointUrl !== undefined && { endpointUrl }) },
    ...{ source: undefined, mfaCode: undefined, secrets, host: url.host },
    proxy: proxyFor(url, context.http)?.host,
    clockDifference: clockDifference(),
  })
  const errorOf = (error: SdkError, about: FailedCall): VaultError =>
    callError(error, about, codes, () =>
      call.refused({
        awsCode: error.name,
        httpStatus: error.$metadata?.httpStatusCode,
        said: said(error, about),
        error: (code, message, hint) => make(error, about, code, message, hint === undefined ? {} : { hint }),
      }),
    )
  try {
    return await runCall(send, context, { failed, carriesCode: once, errorOf })
  } finally {
    client.destroy()
  }
}
