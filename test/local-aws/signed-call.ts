import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import { type RequestOptions, request } from 'node:http'
import { SignatureV4 } from '@smithy/signature-v4'

/** Keys to sign with. */
export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** A call, and what to do wrong with it. */
export interface SignedCall {
  /** `sts` if absent. */
  readonly service?: 'sts' | 'iam'
  /** The region of the scope; `us-east-1` if absent. */
  readonly region?: string
  /** Milliseconds since 1970: when it claims to be signed; now if absent. */
  readonly at?: number
  /** Changes the request after it was signed. */
  readonly tamper?: (request: { body: string; headers: Record<string, string> }) => void
  /** Sends the parameters in the query of a GET. */
  readonly get?: boolean
}

/** What came back. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  /** The text of the first element of that name. */
  element(name: string): string | undefined
}

const versions = { sts: '2011-06-15', iam: '2010-05-08' }

/**
 * Makes one call, signed by the signer of the AWS SDK, which knows nothing of ours. `keys` undefined: unsigned.
 * @throws the socket's error when the connection is cut
 */
export async function signedCall(
  url: string,
  keys: Keys | undefined,
  parameters: Readonly<Record<string, string>>,
  { service = 'sts', region = 'us-east-1', at = Date.now(), tamper, get = false }: SignedCall = {},
): Promise<Answer> {
  const { hostname, port, host } = new URL(url)
  const all = { Version: versions[service], ...parameters }
  const body = get ? '' : new URLSearchParams(all).toString()
  const unsigned = {
    method: get ? 'GET' : 'POST',
    protocol: 'http:',
    hostname,
    path: '/',
    query: get ? all : {},
    headers: { host, ...(get ? {} : { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }) },
    body,
  }
  const signed =
    keys === undefined ? unsigned : await signer(keys, service, region).sign(unsigned, { signingDate: new Date(at) })
  const sent = { body, headers: { ...signed.headers } as Record<string, string> }
  tamper?.(sent)
  const path = get ? `/?${new URLSearchParams(all)}` : '/'
  return exchange({ hostname, port, path, method: unsigned.method, headers: sent.headers, agent: false }, sent.body)
}

function signer(credentials: Keys, service: string, region: string): SignatureV4 {
  return new SignatureV4({ credentials, service, region, sha256: Sha256 })
}

/** SHA-256 and HMAC as the signer wants them. */
export class Sha256 {
  readonly #hash: Hash | Hmac

  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', bytes(key))
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytes(data))
  }

  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest())
  }

  reset(): void {
    throw new Error('never called')
  }
}

function bytes(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === 'string') return Buffer.from(data)
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data)
}

function exchange(options: RequestOptions, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(options, incoming => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: text,
          element: name => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1],
        })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
