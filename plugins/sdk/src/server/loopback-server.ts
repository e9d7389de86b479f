import { chmodSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import type { Logger } from '../context.ts'
import { VaultError } from '../errors.ts'
import { type Answer, answerJson } from './answer.ts'
import { type Client, Connection, type ConnectionHost, clientOf } from './connection.ts'
import { ConnectionRoom } from './connection-room.ts'
import type { Request } from './request-head.ts'

/** Answers a request of a client: at once where what is needed is at hand, or later. */
export type Handler = (request: Request, client: Client) => Answer | Promise<Answer>

/** What a server serves, and to whom. All limits have defaults. */
export interface LoopbackServerOptions {
  readonly handler: Handler
  readonly logger: Logger
  /** The methods that are answered; others get 405. `['GET']` if absent. */
  readonly methods?: readonly string[]
  /** The headers that the handler reads, in any case. */
  readonly headers?: readonly string[]
  /** A free port if absent or 0. */
  readonly port?: number | undefined
  /** Where to listen; 127.0.0.1 if absent. For another address, `isAllowedClient` has to say who may come. */
  readonly address?: string
  /** A Unix socket instead of an address and a port, made with mode 0600. The directory has to be private. */
  readonly socketPath?: string
  /** Values of `Host` that are taken beside `ADDRESS:PORT`, as they are sent, e.g. `host.docker.internal:4000`. */
  readonly hosts?: readonly string[]
  /** Whether a client with that IP address is served; only those on loopback if absent. Not asked for a Unix socket. */
  isAllowedClient?(address: string): boolean
  /**
   * Whether a client that has proved nothing is answered. Asked before its first request is; once more than a few such
   * clients are there, and without `proves`, when it connects, before a byte of it is read. Many may be asked for at
   * once. Who is not, or where it fails, is cut off. All that `isAllowedClient` lets in are if absent.
   */
  admits?(client: Client): Promise<boolean>
  /**
   * Whether a request shows that its client may have what is served, by a token as a rule. Connections that have sent
   * such a request are never closed to make room for those that have not. Without it all are alike.
   */
  proves?(request: Request): boolean
  /** The answer to what is not taken, in the shape that the exposure's clients read. */
  refusal?(status: number, word: string): Answer
  /**
   * Connections at a time; of more, the one that was idle for longest is closed. 128 if absent. With `proves`, there may
   * be four times as many beside them that have proved nothing yet.
   */
  readonly maxConnections?: number
  /** Bytes of a request's line and headers together; 16 KiB if absent. */
  readonly maxHeadBytes?: number
  /** How long a client may take to send a head or to read an answer, in milliseconds; 10 s if absent. */
  readonly patience?: number
  /** How long a connection may be idle, in milliseconds; a minute if absent. */
  readonly idleTime?: number
}

/** A server that listens. */
export interface LoopbackServer {
  /** `http://ADDRESS:PORT`; `http://localhost` for a Unix socket. */
  readonly url: string
  /** 0 for a Unix socket. */
  readonly port: number
  /** How many connections are open. */
  readonly connections: number
  /** Ends it and every connection. May be called twice. */
  close(): Promise<void>
}

const WORDS: Readonly<Record<number, string>> = {
  400: 'the request is malformed',
  403: 'not for browsers and not for other machines',
  404: 'there is nothing here',
  405: 'the method is not allowed',
  408: 'the request took too long',
  413: 'a request must not have a body',
  417: 'a request must not have expectations',
  421: 'the Host header names another server',
  431: 'the request is too large',
  500: 'the request could not be answered',
  501: 'a request must not have a body',
  505: 'only HTTP/1.1 is spoken',
}

/** Connections that may wait for being let in: all that come while one look at the system's tables takes its time. */
const MAX_WAITING = 4096

/** Connections that the system may keep for us until we come to them: more than one burst of them. */
const BACKLOG = 4096

/** So many may be let in before it is known whether they are answered. What finds that out may take its time. */
const FEW = 16

const REFUSALS = Object.keys(WORDS).map(Number)

/**
 * Starts a server on loopback.
 * @throws VaultError ERR_SERVER_LISTEN when the port is taken or may not be used
 */
export async function startLoopbackServer(options: LoopbackServerOptions): Promise<LoopbackServer> {
  const running = new RunningServer(options)
  await running.listen()
  return running
}

class RunningServer implements LoopbackServer, ConnectionHost {
  readonly keep: ReadonlySet<string>
  readonly maxHeadBytes: number
  readonly #options: LoopbackServerOptions
  readonly #server: Server
  readonly #connections: ConnectionRoom
  /** Those of whom it is not known yet whether they are let in. */
  readonly #waiting = new Set<Socket>()
  readonly #methods: ReadonlySet<string>
  readonly #refusals: ReadonlyMap<number, Answer>
  readonly #notAdmitted: Answer
  #hosts: ReadonlySet<string> = new Set()
  #sweep: NodeJS.Timeout | undefined
  #hasWarned = false
  #url = ''
  #port = 0

  constructor(options: LoopbackServerOptions) {
    this.#options = options
    const { methods = ['GET'], headers = [], maxHeadBytes = 16 * 1024, maxConnections = 128, admits } = options
    this.keep = new Set(headers.map(name => name.toLowerCase()))
    this.maxHeadBytes = maxHeadBytes
    this.#connections = new ConnectionRoom(maxConnections)
    this.#methods = new Set(methods)
    const refusal = options.refusal ?? ((status, message) => answerJson(status, { message }))
    // 405 and 421 come after a head that was read: the connection may go on, but nothing is lost if it does not.
    this.#refusals = new Map(REFUSALS.map(status => [status, closing(refusal(status, WORDS[status] as string))]))
    this.#notAdmitted = closing(refusal(403, 'this program is not one of those that are answered'))
    const pauseOnConnect = admits !== undefined
    this.#server = createServer({ noDelay: true, allowHalfOpen: true, pauseOnConnect }, socket => this.#accept(socket))
  }

  get url(): string {
    return this.#url
  }

  get port(): number {
    return this.#port
  }

  get connections(): number {
    return this.#connections.size
  }

  async listen(): Promise<void> {
    const { address = '127.0.0.1', port = 0, socketPath, hosts = [] } = this.#options
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#server.once('error', reject)
    this.#server.listen(
      socketPath === undefined ? { host: address, port, exclusive: true, backlog: BACKLOG } : { path: socketPath },
      resolve,
    )
    try {
      await promise
    } catch (cause) {
      const where = socketPath ?? `${address}:${port}`
      const { code } = cause as NodeJS.ErrnoException
      const why = code === 'EADDRINUSE' ? 'another program listens there' : (cause as Error).message
      throw new VaultError('ERR_SERVER_LISTEN', `cannot listen on ${where}: ${why}`, {
        hint: 'end that program, or choose another port',
        facts: { where, code },
        cause,
      })
    }
    this.#server.off('error', reject)
    // A connection that could not be accepted (too many open files) is no reason to end.
    this.#server.on('error', error => this.#options.logger.debug(`the server went on after: ${error.message}`))
    if (socketPath === undefined) {
      this.#port = (this.#server.address() as { port: number }).port
      const host = `${address.includes(':') ? `[${address}]` : address}:${this.#port}`
      this.#url = `http://${host}`
      this.#hosts = new Set([host, ...hosts])
    } else {
      chmodSync(socketPath, 0o600)
      this.#url = 'http://localhost'
      this.#hosts = new Set(['localhost', ...hosts])
    }
  }

  answer(request: Request, connection: Connection): Answer | Promise<Answer> {
    const { proves, admits } = this.#options
    if (!this.#hosts.has(request.headers.get('host') as string)) return this.refusal(421)
    if (!this.#methods.has(request.method)) return this.refusal(405)
    if (!connection.isKnown) {
      if (proves?.(request)) this.#connections.prove(connection)
      else if (admits !== undefined) return this.#answerIfAdmitted(request, connection)
    }
    return this.#answer(request, connection)
  }

  async #answerIfAdmitted(request: Request, connection: Connection): Promise<Answer> {
    if (!(await this.#isAdmitted(connection.client))) return this.#notAdmitted
    this.#connections.prove(connection)
    return this.#answer(request, connection)
  }

  #answer(request: Request, { client }: Connection): Answer | Promise<Answer> {
    try {
      const answer = this.#options.handler(request, client)
      return 'bytes' in answer ? answer : answer.catch(error => this.#failed(error))
    } catch (error) {
      return this.#failed(error)
    }
  }

  refusal(status: number): Answer {
    return this.#refusals.get(status) as Answer
  }

  now(): number {
    return performance.now()
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep)
    this.#sweep = undefined
    for (const socket of this.#waiting) socket.destroy()
    for (const { socket } of this.#connections) socket.destroy()
    if (!this.#server.listening) return
    await new Promise<void>(resolve => this.#server.close(() => resolve()))
  }

  #accept(socket: Socket): void {
    // Whatever happens to a connection happens to that one alone.
    socket.on('error', () => socket.destroy())
    if (!this.#isAllowed(socket)) socket.destroy()
    else if (this.#areFew()) this.#begin(socket)
    else void this.#admit(socket)
  }

  /** Whether a connection may begin before anything is known of it. */
  #areFew(): boolean {
    const { admits, proves } = this.#options
    if (admits === undefined) return true
    return proves !== undefined && this.#waiting.size === 0 && this.#connections.strangers < FEW
  }

  #isAdmitted(client: Client): Promise<boolean> {
    return this.#options.admits?.(client).catch(() => false) ?? Promise.resolve(true)
  }

  /** Waits for the word that a client is let in. Until then it takes nobody's room. */
  async #admit(socket: Socket): Promise<void> {
    const waiting = this.#waiting
    if (waiting.size >= MAX_WAITING) {
      socket.destroy()
      return
    }
    waiting.add(socket)
    socket.once('close', () => waiting.delete(socket))
    const isAdmitted = await this.#isAdmitted(clientOf(socket))
    waiting.delete(socket)
    if (socket.destroyed) return
    if (isAdmitted) {
      this.#begin(socket, true)
      return
    }
    // A reset leaves nothing behind in the system's tables, however many are cut off. The word may get lost in it.
    socket.write(this.#notAdmitted.bytes)
    socket.resetAndDestroy()
  }

  /** Where nothing can be shown, all are alike. */
  #begin(socket: Socket, isKnown = this.#options.proves === undefined): void {
    const connections = this.#connections
    const connection = new Connection(socket, this)
    const hasRoom = isKnown ? connections.addKnown(connection) : connections.addStranger(connection)
    if (!hasRoom) {
      socket.destroy()
      return
    }
    socket.once('close', () => {
      connections.delete(connection)
      if (connections.size === 0) this.#stopSweeping()
    })
    this.#startSweeping()
    socket.resume()
  }

  #isAllowed({ remoteAddress }: Socket): boolean {
    if (this.#options.socketPath !== undefined) return true
    const { isAllowedClient = isLoopback } = this.#options
    return remoteAddress !== undefined && isAllowedClient(remoteAddress)
  }

  #startSweeping(): void {
    if (this.#sweep !== undefined) return
    const { patience = 10_000 } = this.#options
    this.#sweep = setInterval(() => this.#sweepOnce(), Math.min(1000, Math.max(10, patience / 2)))
    // Clients keep nobody alive.
    this.#sweep.unref()
  }

  #stopSweeping(): void {
    clearInterval(this.#sweep)
    this.#sweep = undefined
  }

  #sweepOnce(): void {
    const { patience = 10_000, idleTime = 60_000 } = this.#options
    const now = this.now()
    for (const connection of this.#connections) {
      const { waitingSince, socket, isAnswering } = connection
      if (waitingSince !== undefined) {
        if (now - waitingSince < patience) continue
        // Who does not even read is told nothing.
        if (socket.writableEnded || socket.writableLength > 0) socket.destroy()
        else connection.refuse(408)
      } else if (!isAnswering && now - connection.idleSince >= idleTime) {
        socket.destroy()
      }
    }
  }

  #failed(error: unknown): Answer {
    const { logger } = this.#options
    const message = `a request could not be answered: ${(error as Error).message}`
    if (this.#hasWarned) logger.debug(message)
    else logger.warn(message)
    this.#hasWarned = true
    return this.refusal(500)
  }
}

const closing = (answer: Answer): Answer =>
  answer.closes
    ? answer
    : {
        status: answer.status,
        closes: true,
        bytes: Buffer.from(answer.bytes.toString('latin1').replace('\r\n', '\r\nConnection: close\r\n'), 'latin1'),
      }

/** 127.0.0.0/8 and ::1, and what a dual socket calls the former. */
function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(address)
}
