/**
 * Where a browser comes back to after a login (OAuth on loopback, RFC 8252), for providers that send one away.
 * @module
 */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { PartContext } from './context.ts'

/** What the browser brought back: a code, or OAuth's name for what went wrong. */
export type Redirect = { readonly code: string } | { readonly error: string }

/** A server that waits for a browser to come back. */
export interface RedirectServer {
  /** Where the browser shall be sent. */
  readonly address: string
  /** What it brings back, once. */
  readonly redirect: Promise<Redirect>
  close(): void
}

/** Where the browser comes back to. AWS takes any port for one on loopback (RFC 8252, 7.3). */
export const redirectUri = 'http://127.0.0.1/oauth/callback'

const largestHeader = 16 * 1024
const longestRequest = 10_000

/**
 * Waits on a loopback port for the browser that was sent to log in. Answers nothing but a GET of the one path that has
 * the state that only that browser knows; any other request changes nothing.
 * @param state what the login was begun with
 */
export async function startRedirectServer(state: string): Promise<RedirectServer> {
  const [{ createServer }, { hash, timingSafeEqual }] = await Promise.all([import('node:http'), import('node:crypto')])
  const { promise: redirect, resolve } = Promise.withResolvers<Redirect>()
  const isOurs = (given: string): boolean => timingSafeEqual(digest(given), digest(state))
  const digest = (text: string): Buffer => hash('sha256', text, 'buffer')

  const server = createServer({ maxHeaderSize: largestHeader, requestTimeout: longestRequest }, (request, response) => {
    const answer = readRedirect(request, host(), isOurs)
    if (answer === undefined) return send(response, 404, 'There is nothing here.')
    const words = 'code' in answer ? 'You are logged in, as far as the browser is concerned.' : 'You are not logged in.'
    response.on('close', () => resolve(answer))
    send(response, 200, `${words} Go back to where you came from; this window can be closed.`)
  })
  const host = (): string => `127.0.0.1:${(server.address() as AddressInfo).port}`
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(redirectUri)
  url.host = host()
  return {
    address: url.href,
    redirect,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** How long a person may take to log in, in milliseconds. */
const patience = 10 * 60_000

/**
 * Sends the person's browser to an address and waits for it to come back.
 * @returns `undefined` when it did not in ten minutes
 * @throws VaultError ERR_BROWSER_FAILED when no browser could be opened; the reason of the signal when it is aborted
 */
export async function browseAndReturn(
  url: string,
  { redirect }: RedirectServer,
  { desk, signal }: Pick<PartContext, 'desk' | 'signal'>,
): Promise<Redirect | undefined> {
  const { setTimeout } = await import('node:timers/promises')
  const done = new AbortController()
  const limit = setTimeout(patience, undefined, { signal: AbortSignal.any([signal, done.signal]) })
  try {
    const opened = desk.browse(url).then(() => new Promise<never>(() => {}))
    return await Promise.race([redirect, opened, limit])
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    done.abort()
  }
}

function readRedirect(
  { method, url = '/', headers }: IncomingMessage,
  host: string,
  isOurs: (state: string) => boolean,
): Redirect | undefined {
  // A page that had its name point to this machine would send another host.
  if (method !== 'GET' || headers.host !== host || !URL.canParse(url, redirectUri)) return undefined
  const { pathname, searchParams } = new URL(url, redirectUri)
  if (pathname !== new URL(redirectUri).pathname || !isOurs(searchParams.get('state') ?? '')) return undefined
  const code = searchParams.get('code')
  return code ? { code } : { error: searchParams.get('error') ?? 'no code' }
}

function send(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': "default-src 'none'",
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
    Connection: 'close',
  })
  response.end(`<!doctype html>\n<title>AWS Vault</title>\n<p>${words}</p>\n`)
}
