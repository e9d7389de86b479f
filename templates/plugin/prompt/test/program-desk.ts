import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { PromptDesk } from '@aws-vault/plugin-sdk/testkit'

/** A program that asks, and the person before it: the program shows its question over a socket, and waits for the answer. */
export class ProgramDesk implements PromptDesk {
  readonly context: { readonly options: { readonly program: string } }
  readonly #server: Server
  readonly #directory: string
  #question: Promise<[Socket]>
  #shown: Socket | undefined

  static async open(): Promise<ProgramDesk> {
    const server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return new ProgramDesk(server)
  }

  private constructor(server: Server) {
    this.#server = server
    this.#question = once(server, 'connection') as Promise<[Socket]>
    this.#directory = mkdtempSync(join(tmpdir(), '{{name}}-'))
    const program = join(this.#directory, 'ask.cjs')
    writeFileSync(program, programText((server.address() as AddressInfo).port), { mode: 0o755 })
    this.context = { options: { program } }
  }

  async seesQuestion(): Promise<string> {
    const [socket] = await this.#question
    this.#shown = socket.on('error', () => {})
    this.#question = once(this.#server, 'connection') as Promise<[Socket]>
    const [line] = await once(createInterface(socket), 'line')
    return line
  }

  async answers(answer: string): Promise<void> {
    this.#shown?.end(JSON.stringify({ answer }))
  }

  async declines(): Promise<void> {
    this.#shown?.end(JSON.stringify({}))
  }

  async decides(isYes: boolean): Promise<void> {
    await this.answers(isYes ? 'yes' : 'no')
  }

  async seesNothing(): Promise<void> {
    if (this.#shown !== undefined && !this.#shown.closed) await once(this.#shown, 'close')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#shown?.destroy()
    this.#server.close()
    rmSync(this.#directory, { recursive: true })
  }
}

const programText = (port: number): string => `#!${process.execPath}
const socket = require('node:net').connect(${port}, '127.0.0.1')
process.stdin.pipe(socket, { end: false })
let text = ''
socket.on('data', data => { text += data }).on('end', () => {
  const { answer } = JSON.parse(text)
  if (answer === undefined) process.exit(1)
  process.stdout.write(answer + '\\n')
})
`
