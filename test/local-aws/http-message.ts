import type { IncomingMessage } from 'node:http'

/** An HTTP request, read to its end. */
export interface HttpRequest {
  readonly method: string
  /** As it came, still percent-encoded, without the query. */
  readonly path: string
  /** What follows the `?`, as it came; empty without one. */
  readonly query: string
  /** By lower-case name, every value in the order in which it came. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly body: Buffer
}

/** An HTTP answer. */
export interface HttpAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/** The largest body that is read, in bytes: far above what STS and IAM take. */
const largestBody = 1024 * 1024

/**
 * Reads a request to its end.
 * @throws RangeError when its body is larger than a mebibyte
 */
export async function readRequest(message: IncomingMessage): Promise<HttpRequest> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= largestBody) chunks.push(chunk)
  }
  // Only now: an answer in the middle of a request would not reach every client.
  if (size > largestBody) throw new RangeError('the body is too large')
  const target = message.url ?? '/'
  const mark = target.indexOf('?')
  const headers: Record<string, readonly string[]> = {}
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    if (values !== undefined) headers[name] = values
  }
  return {
    method: message.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? '' : target.slice(mark + 1),
    headers,
    body: Buffer.concat(chunks),
  }
}

/** The value of a header, several ones joined by a comma; `undefined` when it is absent. */
export function headerOf(request: HttpRequest, name: string): string | undefined {
  return request.headers[name]?.join(',')
}
