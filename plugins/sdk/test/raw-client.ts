import { connect, type Socket } from 'node:net'

/** A client that sends bytes as they are, and reads what comes back. */
export class RawClient implements Disposable {
  readonly socket: Socket
  readonly closed: Promise<void>
  #received = ''
  #watchers: (() => void)[] = []

  constructor(port: number, host = '127.0.0.1') {
    this.socket = connect({ port, host, noDelay: true })
    this.socket.setEncoding('latin1').on('data', (text: string) => {
      this.#received += text
      this.#look()
    })
    // A reset is one way of being closed.
    this.socket.on('error', () => {})
    this.closed = new Promise(resolve => this.socket.on('close', () => resolve()))
    void this.closed.then(() => this.#look())
  }

  get received(): string {
    return this.#received
  }

  send(bytes: string | Uint8Array): this {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
    return this
  }

  /** Everything until the server closes. */
  async all(): Promise<string> {
    await this.closed
    return this.#received
  }

  /** Resolves when there are that many answers. */
  answers(count: number): Promise<string[]> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = splitAnswers(this.#received)
        if (found.length >= count) resolve(found)
        else if (this.socket.closed) reject(new Error(`closed after ${found.length} answers: ${this.#received}`))
      }
      this.#watchers.push(look)
      look()
    })
  }

  #look(): void {
    for (const look of this.#watchers) look()
  }

  [Symbol.dispose](): void {
    this.socket.destroy()
  }
}

/** Answers one after the other, each whole. */
export function splitAnswers(text: string): string[] {
  const answers: string[] = []
  for (let rest = text; ; ) {
    const end = rest.indexOf('\r\n\r\n')
    if (end === -1) return answers
    const length = end + 4 + Number(/^content-length: (\d+)$/im.exec(rest.slice(0, end))?.[1] ?? 0)
    if (rest.length < length) return answers
    answers.push(rest.slice(0, length))
    rest = rest.slice(length)
  }
}

/** Sends bytes and gives the status of the first answer, 0 if the connection ended without one. */
export async function statusOf(port: number, bytes: string | Uint8Array): Promise<number> {
  using client = new RawClient(port)
  client.send(bytes)
  await Promise.race([client.closed, client.answers(1).catch(() => {})])
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(client.received)?.[1] ?? 0)
}
