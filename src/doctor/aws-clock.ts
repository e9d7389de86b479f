import { type PartContext, VaultError } from '@aws-vault/plugin-sdk'
import { httpsAgent } from '@aws-vault/plugin-sdk/aws'
import { partitionOfRegion } from '../credentials/partition.ts'

/** Milliseconds that AWS has to answer. */
const patience = 5000

/**
 * By how many milliseconds AWS's clock is ahead of ours: what the `Date` header of an unsigned call says, which has no
 * fractions of seconds. Nothing of the user's is sent.
 * @throws VaultError ERR_NETWORK_FAILED, ERR_NETWORK_TIMEOUT, ERR_HTTP_PROXY, ERR_HTTP_CA_BUNDLE
 */
export async function awsClockDifference(url: URL, { http, clock, signal }: PartContext): Promise<number> {
  const agent = await httpsAgent(url, http)
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http')
  const began = clock.now()
  const timeout = AbortSignal.timeout(patience)
  const date = await new Promise<string | undefined>((resolve, reject) => {
    const sent = request(url, {
      method: 'GET',
      signal: AbortSignal.any([timeout, signal]),
      ...(agent === undefined ? {} : { agent }),
    })
    sent.once('response', response => {
      response.destroy()
      resolve(response.headers.date)
    })
    sent.once('error', cause => reject(timeout.aborted ? tooLate(url) : failed(url, cause)))
    sent.end()
  })
  const time = Date.parse(date ?? '')
  if (Number.isNaN(time)) throw failed(url, new Error('it does not say what time it is'))
  // The half second that the header leaves out, on average, and the way back.
  return time + 500 - (began + clock.now()) / 2
}

/** Where the user's calls to STS go. */
export function stsAddress(environment: Readonly<Record<string, string | undefined>>): URL {
  const own = environment.AWS_ENDPOINT_URL_STS || environment.AWS_ENDPOINT_URL
  if (own && URL.canParse(own) && /^https?:/i.test(own)) return new URL(own)
  const region = environment.AWS_REGION || environment.AWS_DEFAULT_REGION || ''
  const partition = partitionOfRegion(region)
  const isRegion = /^[a-z]{2}(?:-gov)?-[a-z]+-\d$/.test(region)
  const host = isRegion && ['aws', 'aws-cn', 'aws-us-gov'].includes(partition) ? `sts.${region}` : 'sts.us-east-1'
  return new URL(`https://${host}.amazonaws.com${isRegion && partition === 'aws-cn' ? '.cn' : ''}/`)
}

const failed = ({ host }: URL, cause: Error & { code?: string }): VaultError =>
  new VaultError('ERR_NETWORK_FAILED', `${host} cannot be reached (${cause.code ?? cause.message})`, {
    hint: 'check the network and HTTPS_PROXY; without a network: --offline',
    facts: { host },
    cause,
  })

const tooLate = ({ host }: URL): VaultError =>
  new VaultError('ERR_NETWORK_TIMEOUT', `${host} did not answer within ${patience / 1000} s`, {
    hint: 'check the network and HTTPS_PROXY; without a network: --offline',
    facts: { host },
  })
