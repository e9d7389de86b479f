import type { Socket } from 'node:net'
import { connectSocket } from './connect.ts'
import { BusError, CallError } from './errors.ts'
import { decodeMessage, encodeMessage, type Message, MessageType, messageSize } from './message.ts'

/** The bus itself, as one calls it. */
const BUS = { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' }

/** How a connection is made and how long it waits. */
export interface BusOptions {
  /** Aborted: every call in flight and every later one fails with its reason. */
  readonly signal: AbortSignal
  /** How long an answer may take, in milliseconds, where a call does not say. */
  readonly patience: number
}

/** One call of a method. */
export interface MethodCall {
  /** The bus name of who is called. */
  readonly destination: string
  readonly path: string
  readonly interface: string
  readonly member: string
  readonly signature?: string
  readonly args?: readonly unknown[]
  /** Milliseconds; `Infinity` for an answer that waits for a person. */
  readonly patience?: number
  /** Whether the bus may start the program if it does not run; not if absent. */
  readonly mayStart?: boolean
}

/** Which signals are wanted. */
export interface SignalMatch {
  /** The unique name (`:1.42`) of who sends it, or `org.freedesktop.DBus`: others' signals are not heard. */
  readonly sender: string
  readonly path: string
  readonly interface: string
  readonly member: string
  /** The first argument, where only one is of interest. */
  readonly arg0?: string
}

interface Pending {
  readonly resolve: (body: readonly unknown[]) => void
  readonly reject: (reason: unknown) => void
  readonly timer: NodeJS.Timeout | undefined
}

/** A connection to a message bus. */
export class Bus {
  readonly #socket: Socket
  readonly #options: BusOptions
  readonly #pending = new Map<number, Pending>()
  readonly #listeners = new Set<(message: Message) => void>()
  readonly #onAbort: () => void
  #serve: ((call: Message) => Partial<Message> | undefined) | undefined
  #chunks: Buffer[] = []
  #received = 0
  #wanted: number | undefined
  #serial = 0
  #ended: unknown

  private constructor(socket: Socket, options: BusOptions) {
    this.#socket = socket
    this.#options = options
    this.#onAbort = () => this.#end(options.signal.reason)
    options.signal.addEventListener('abort', this.#onAbort, { once: true })
    socket.on('data', chunk => this.#receive(chunk))
    socket.on('error', error => this.#end(new BusError('closed', 'the connection to the bus broke', error)))
    socket.on('close', () => this.#end(new BusError('closed', 'the bus closed the connection')))
  }

  /**
   * Connects and introduces us.
   * @param address as in `DBUS_SESSION_BUS_ADDRESS`
   * @throws BusError
   * @throws the reason of `options.signal`
   */
  static async connect(address: string, options: BusOptions): Promise<Bus> {
    const limit = AbortSignal.timeout(Math.min(options.patience, 2 ** 31 - 1))
    let socket: Socket
    try {
      socket = await connectSocket(address, AbortSignal.any([options.signal, limit]))
    } catch (error) {
      if (limit.aborted && !options.signal.aborted) {
        throw new BusError('timeout', `the bus did not answer within ${options.patience / 1000} seconds`)
      }
      throw error
    }
    const bus = new Bus(socket, options)
    try {
      await bus.call({ ...BUS, member: 'Hello' })
    } catch (error) {
      bus.close()
      throw error
    }
    return bus
  }

  /**
   * Calls a method and waits for its answer.
   * @returns its values
   * @throws CallError when the answer is an error
   * @throws BusError when none came
   * @throws the reason of the connection's signal
   */
  call(call: MethodCall): Promise<readonly unknown[]> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    const { patience = this.#options.patience, mayStart = false, args = [], ...rest } = call
    const { promise, resolve, reject } = Promise.withResolvers<readonly unknown[]>()
    try {
      const serial = this.#send({ ...rest, type: MessageType.call, noAutoStart: !mayStart, body: args })
      const timer = Number.isFinite(patience)
        ? setTimeout(() => {
            this.#pending.delete(serial)
            reject(new BusError('timeout', `${call.member} was not answered within ${patience / 1000} seconds`))
          }, patience)
        : undefined
      this.#pending.set(serial, { resolve, reject, timer })
    } catch (error) {
      reject(error)
    }
    return promise
  }

  /** Calls a method whose answer is of no interest. Works on an aborted connection too, until it is closed. */
  tell(call: Omit<MethodCall, 'patience'>): void {
    const { mayStart = false, args = [], ...rest } = call
    if (this.#socket.writable) {
      this.#send({ ...rest, type: MessageType.call, noReply: true, noAutoStart: !mayStart, body: args })
    }
  }

  /** Calls a method of the bus itself. */
  callBus(member: string, signature = '', args: readonly unknown[] = []): Promise<readonly unknown[]> {
    return this.call({ ...BUS, member, signature, args })
  }

  /**
   * The unique name of who owns a well-known one; `undefined` if nobody does.
   */
  async ownerOf(name: string): Promise<string | undefined> {
    try {
      const [owner] = await this.callBus('GetNameOwner', 's', [name])
      return owner as string
    } catch (error) {
      if (error instanceof CallError && error.errorName === 'org.freedesktop.DBus.Error.NameHasNoOwner')
        return undefined
      throw error
    }
  }

  /**
   * Listens for a signal from now on, until the returned function is called.
   */
  async watch(match: SignalMatch, listener: (args: readonly unknown[]) => void): Promise<() => void> {
    const { sender, path, interface: from, member, arg0 } = match
    const rule = [
      "type='signal'",
      ...[`sender='${sender}'`, `path='${path}'`, `interface='${from}'`, `member='${member}'`],
      ...(arg0 === undefined ? [] : [`arg0='${arg0}'`]),
    ].join(',')
    const hear = (message: Message): void => {
      const fits =
        message.sender === sender && message.path === path && message.interface === from && message.member === member
      if (fits && (arg0 === undefined || message.body[0] === arg0)) listener(message.body)
    }
    this.#listeners.add(hear)
    try {
      await this.callBus('AddMatch', 's', [rule])
    } catch (error) {
      this.#listeners.delete(hear)
      throw error
    }
    return () => {
      this.#listeners.delete(hear)
      if (this.#ended === undefined) this.tell({ ...BUS, member: 'RemoveMatch', signature: 's', args: [rule] })
    }
  }

  /**
   * Answers calls of others from now on: for stand-ins of daemons in tests. What `answer` returns is sent as it is; of
   * `undefined` the caller hears nothing.
   */
  serve(answer: (call: Message) => Partial<Message> | undefined): void {
    this.#serve = answer
  }

  /** Sends a signal: for stand-ins of daemons in tests. */
  emit(signal: Pick<Message, 'path' | 'interface' | 'member' | 'signature' | 'body' | 'destination'>): void {
    this.#send({ ...signal, type: MessageType.signal, noReply: true })
  }

  /** Ends the connection. What was sent before goes out; calls in flight fail. */
  close(): void {
    this.#end(new BusError('closed', 'the connection was closed'))
    this.#options.signal.removeEventListener('abort', this.#onAbort)
    this.#socket.end()
    // Whoever is at the other end need not close for us to end.
    this.#socket.unref()
    this.#socket.removeAllListeners('data').resume()
  }

  #send(message: Omit<Message, 'serial'>): number {
    const serial = ++this.#serial
    this.#socket.write(encodeMessage({ ...message, serial }))
    return serial
  }

  #receive(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#received += chunk.length
    try {
      while (this.#received >= (this.#wanted ?? 16)) {
        const bytes = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks)
        this.#wanted = messageSize(bytes)
        this.#chunks = [bytes]
        if (this.#wanted === undefined || bytes.length < this.#wanted) return
        const rest = bytes.subarray(this.#wanted)
        const message = decodeMessage(bytes.subarray(0, this.#wanted))
        this.#chunks = rest.length === 0 ? [] : [rest]
        this.#received = rest.length
        this.#wanted = undefined
        this.#deliver(message)
      }
    } catch (error) {
      this.#end(error)
      this.#socket.destroy()
    }
  }

  #deliver(message: Message): void {
    switch (message.type) {
      case MessageType.reply:
      case MessageType.error: {
        const pending = this.#pending.get(message.replySerial ?? 0)
        if (pending === undefined) return
        this.#pending.delete(message.replySerial ?? 0)
        clearTimeout(pending.timer)
        if (message.type === MessageType.reply) pending.resolve(message.body)
        else pending.reject(new CallError(message.errorName ?? '', String(message.body[0] ?? '')))
        return
      }
      case MessageType.signal:
        for (const hear of [...this.#listeners]) hear(message)
        return
      case MessageType.call: {
        if (message.noReply) return
        const answer = this.#serve === undefined ? unknownMethod : this.#serve(message)
        if (answer === undefined) return
        const to = { destination: message.sender, replySerial: message.serial, noReply: true, body: [] }
        this.#send({ type: MessageType.reply, ...to, ...answer })
      }
    }
  }

  #end(reason: unknown): void {
    if (this.#ended !== undefined) return
    this.#ended = reason
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer)
      reject(reason)
    }
    this.#pending.clear()
    this.#listeners.clear()
  }
}

const unknownMethod: Partial<Message> = {
  type: MessageType.error,
  errorName: 'org.freedesktop.DBus.Error.UnknownMethod',
  signature: 's',
  body: ['nothing can be called here'],
}
