import { connect, type Socket } from 'node:net'

/** A client that asks the same again and again on one connection, each time after the answer to the one before. */
export class KeptClient implements Disposable {
  readonly #socket: Socket
  readonly #request: string
  #received = ''
  #answered: PromiseWithResolvers<string> | undefined

  constructor(url: URL, token: string) {
    this.#request = `GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nAuthorization: ${token}\r\n\r\n`
    this.#socket = connect({ port: Number(url.port), host: url.hostname, noDelay: true })
    this.#socket.setEncoding('latin1').on('data', (text: string) => this.#take(text))
    this.#socket.on('error', () => {}).on('close', () => this.#answered?.reject(new Error('the server closed')))
  }

  /** Asks, and gives the whole answer. */
  ask(): Promise<string> {
    this.#answered = Promise.withResolvers<string>()
    this.#socket.write(this.#request)
    return this.#answered.promise
  }

  #take(text: string): void {
    this.#received += text
    const end = this.#received.indexOf('\r\n\r\n')
    const length = Number(/^content-length: (\d+)/im.exec(this.#received)?.[1])
    if (end === -1 || this.#received.length < end + 4 + length) return
    const answer = this.#received
    this.#received = ''
    this.#answered?.resolve(answer)
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }
}
