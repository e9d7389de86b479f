import { randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A page on loopback that sends one visitor on to a secret address. */
export interface OneShotPage {
  /** Where the browser shall be sent: nothing in it is worth anything once it was used. */
  readonly address: string
  /** Resolves when the one visitor was sent on. */
  readonly visited: Promise<void>
  close(): void
}

export interface OneShotOptions {
  /** Whether a visitor may come who connects from that port to ours. */
  isAllowed(port: number, ourPort: number): boolean
}

/**
 * Serves one redirect to `target`, which must not stand on the command line of a browser: everybody on this machine can
 * read that. The address that stands there instead is good for one visit, by a process of this user where the system can
 * tell. A browser that only looks ahead is sent away, and does not count.
 */
export async function startOneShotPage(target: string, { isAllowed }: OneShotOptions): Promise<OneShotPage> {
  const path = Buffer.from(`/${randomBytes(32).toString('base64url')}`)
  const { promise: visited, resolve } = Promise.withResolvers<void>()
  let isUsed = false
  const server = createServer({ maxHeaderSize: 32 * 1024, requestTimeout: 10_000 }, (request, response) => {
    const isOurs = isVisit(request, port(), path) && isAllowed(request.socket.remotePort ?? 0, port())
    if (!isOurs || isUsed) return send(response, 404)
    isUsed = true
    response.on('finish', resolve)
    send(response, 303, { Location: target })
  })
  const port = (): number => (server.address() as AddressInfo).port
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `http://127.0.0.1:${port()}${path}`,
    visited,
    close() {
      server.close()
      server.closeIdleConnections()
      // What was sent to the visitor shall arrive.
      setTimeout(() => server.closeAllConnections(), 1000).unref()
    },
  }
}

function isVisit({ method, url = '', headers, httpVersion }: IncomingMessage, port: number, path: Buffer): boolean {
  // A page that had its name point to this machine would send another host, and a script of another page its origin.
  if (method !== 'GET' || headers.host !== `127.0.0.1:${port}` || headers.origin !== undefined) return false
  if (headers['sec-purpose'] !== undefined || headers.purpose !== undefined || httpVersion !== '1.1') return false
  // Browsers say what they want it for; what is no browser says nothing.
  const { 'sec-fetch-dest': wantedFor = 'document' } = headers
  const given = Buffer.from(url)
  return wantedFor === 'document' && given.length === path.length && timingSafeEqual(given, path)
}

function send(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    Connection: 'close',
    ...headers,
  })
  response.end(status === 303 ? '' : 'There is nothing here.\n')
}
