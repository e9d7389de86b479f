import type { Socket } from 'node:net'
import type { Answer } from './answer.ts'
import { isRefusal, type Refusal, type Request, readRequestHead } from './request-head.ts'

/** Who is at the other end of a connection, and where it came in. One object a connection. */
export interface Client {
  /** As the system writes it: `127.0.0.1`; empty on a Unix socket. */
  readonly address: string
  readonly port: number
  readonly localAddress: string
  readonly localPort: number
}

/** What a connection needs of its server. */
export interface ConnectionHost {
  /** Names of headers that handlers read. */
  readonly keep: ReadonlySet<string>
  /** How many bytes a request's head may have. */
  readonly maxHeadBytes: number
  /** Answers a request: at once, or later. Never throws and never rejects. */
  answer(request: Request, connection: Connection): Answer | Promise<Answer>
  /** The answer to what is not taken. */
  refusal(status: Refusal['refused'] | 408): Answer
  /** Milliseconds that only go on. */
  now(): number
}

/** Who is at the other end of a socket. */
export function clientOf({ remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 }: Socket): Client {
  return { address: remoteAddress, port: remotePort, localAddress, localPort }
}

/** Bytes that may wait to be read by a client before no more of its requests are taken. */
const MAX_UNREAD_BYTES = 64 * 1024

const END = '\r\n\r\n'

/**
 * One client: its requests are answered one after the other, in their order. It holds no more than one head that is not
 * complete and a few answers that are not read.
 */
export class Connection {
  readonly socket: Socket
  readonly client: Client
  /** Whether it has shown that it may have what is served. Kept by the server. */
  isKnown = false
  readonly #host: ConnectionHost
  /** Bytes of requests that are not taken yet. */
  #pending: Buffer | undefined
  /** The last head and what it was read as: clients say the same again and again. */
  #lastBytes: Buffer | undefined
  #lastRequest: Request | undefined
  #isAnswering = false
  #isEnding = false
  /** When it last got an answer, or began. */
  #idleSince: number
  /** When the first byte of a head came that is not complete yet; or when an answer began to wait for being read. */
  #waitingSince: number | undefined

  constructor(socket: Socket, host: ConnectionHost) {
    this.socket = socket
    this.#host = host
    this.#idleSince = host.now()
    this.client = clientOf(socket)
    socket.on('data', chunk => this.#take(chunk))
    socket.on('drain', () => this.#goOn())
    // Who has sent all that it wants to say gets what is being answered, and no more.
    socket.on('end', () => this.#goOn())
  }

  /** Whether an answer to this client is being worked on. */
  get isAnswering(): boolean {
    return this.#isAnswering
  }

  get idleSince(): number {
    return this.#idleSince
  }

  /** Since when the client lets us wait for the rest of a head, or for reading an answer; `undefined` if it does not. */
  get waitingSince(): number | undefined {
    return this.#waitingSince
  }

  /** Ends it with an answer to what was not taken. */
  refuse(status: Refusal['refused'] | 408): void {
    this.#isEnding = true
    this.#pending = undefined
    this.#waitingSince ??= this.#host.now()
    this.socket.end(this.#host.refusal(status).bytes)
    // What a client still sends is of no interest; the socket would otherwise stay until it stops.
    this.socket.resume()
  }

  #take(chunk: Buffer): void {
    if (this.#isEnding) return
    if (this.#isLast(chunk) && this.#isFree()) {
      this.#answer(this.#lastRequest as Request)
      return
    }
    this.#pending = this.#pending === undefined ? chunk : Buffer.concat([this.#pending, chunk])
    this.#goOn()
  }

  /** Whether a request can be taken without a look at what came before. */
  #isFree(): boolean {
    return this.#pending === undefined && !this.#isAnswering && this.socket.writableLength <= MAX_UNREAD_BYTES
  }

  #isLast(chunk: Buffer): boolean {
    return this.#lastBytes !== undefined && chunk.length === this.#lastBytes.length && chunk.equals(this.#lastBytes)
  }

  /** Takes requests as long as there are complete ones and their answers are read. */
  #goOn(): void {
    while (!this.#isAnswering && !this.#isEnding) {
      if (this.socket.writableLength > MAX_UNREAD_BYTES) {
        this.#waitingSince ??= this.#host.now()
        this.socket.pause()
        return
      }
      if (this.socket.isPaused()) this.socket.resume()
      const bytes = this.#pending
      if (bytes === undefined) {
        this.#waitingSince = undefined
        if (this.socket.readableEnded) this.#end()
        return
      }
      const end = bytes.indexOf(END, 0, 'latin1')
      if (end === -1 ? bytes.length > this.#host.maxHeadBytes : end > this.#host.maxHeadBytes) {
        this.refuse(431)
        return
      }
      if (end === -1) {
        if (this.socket.readableEnded) this.#end()
        else this.#waitingSince ??= this.#host.now()
        return
      }
      this.#waitingSince = undefined
      this.#takeHead(bytes, end)
    }
    if (this.#isAnswering && (this.#pending?.length ?? 0) > this.#host.maxHeadBytes) this.socket.pause()
  }

  #takeHead(bytes: Buffer, end: number): void {
    const length = end + END.length
    const request = readRequestHead(bytes.toString('latin1', 0, end), this.#host.keep)
    if (isRefusal(request)) {
      this.refuse(request.refused)
      return
    }
    // A copy: what is left of a chunk would keep the whole of it alive.
    this.#pending = length === bytes.length ? undefined : Buffer.from(bytes.subarray(length))
    this.#lastBytes = Buffer.from(bytes.subarray(0, length))
    this.#lastRequest = request
    this.#answer(request)
  }

  #answer(request: Request): void {
    const answer = this.#host.answer(request, this)
    if ('bytes' in answer) {
      this.#send(answer, request)
      return
    }
    this.#isAnswering = true
    void answer.then(later => {
      this.#isAnswering = false
      this.#send(later, request)
      this.#goOn()
    })
  }

  #send(answer: Answer, request: Request): void {
    if (this.socket.destroyed || this.#isEnding) return
    this.#idleSince = this.#host.now()
    this.socket.write(answer.bytes)
    if (answer.closes || request.closes) this.#end()
  }

  #end(): void {
    this.#isEnding = true
    this.#pending = undefined
    this.#waitingSince ??= this.#host.now()
    this.socket.end()
    this.socket.resume()
  }
}
