import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export const TOKEN = 'broker-token-EXAMPLE'

export const SESSION = {
  accessKeyId: 'ASIAI44QH8DHBEXAMPLE',
  secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
  sessionToken: 'FwoGZXIvYXdzEXAMPLETOKEN',
  expiration: '2100-01-01T00:00:00Z',
}

/** A broker on a loopback port: the path says how it behaves, and `/ok` is as it should be. */
export class Broker implements AsyncDisposable {
  readonly url: string
  readonly #server: ReturnType<typeof createServer>
  readonly #hanging = Promise.withResolvers<void>()

  static async start(): Promise<Broker> {
    const server = createServer((request, response) => void broker.#answer(request, response))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const broker = new Broker(server)
    return broker
  }

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  /** Resolves when a request has come that gets no answer. */
  get hangs(): Promise<void> {
    return this.#hanging.promise
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { role } = JSON.parse(await text(request))
    const isKnown = request.method === 'POST' && request.headers.authorization === `Bearer ${TOKEN}`
    if (!isKnown || role !== 'reader') response.writeHead(403).end(SESSION.secretAccessKey)
    else if (request.url === '/hang') this.#hanging.resolve()
    else if (request.url === '/redirect') response.writeHead(307, { location: `${this.url}/ok` }).end()
    else if (request.url === '/long') response.end(SESSION.secretAccessKey.repeat(10_000))
    else if (request.url === '/text') response.end(SESSION.secretAccessKey)
    else if (request.url === '/cut') response.write('{"accessKeyId"', () => response.destroy())
    else if (request.url === '/endless') response.end(JSON.stringify({ ...SESSION, expiration: undefined }))
    else if (request.url === '/past') response.end(JSON.stringify({ ...SESSION, expiration: '2001-01-01T00:00:00Z' }))
    else response.end(JSON.stringify(SESSION))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}
