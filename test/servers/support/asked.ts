import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A program that answers a line with a line. */
export class Asked implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>
  #stderr = ''

  constructor([command = '', ...args]: readonly string[], environment: Readonly<Record<string, string>>) {
    // Nothing but ours: no file of the user, no other place where credentials may be found.
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: '/nonexistent',
      AWS_EC2_METADATA_DISABLED: environment.AWS_EC2_METADATA_SERVICE_ENDPOINT === undefined ? 'true' : 'false',
      ...environment,
    }
    this.#child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
    })
    this.#lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]()
  }

  async ask(line = ''): Promise<string> {
    this.#child.stdin?.write(`${line}\n`)
    const { value, done } = await this.#lines.next()
    if (done) assert.fail(`the client ended: ${this.#stderr.slice(-2000)}`)
    return value
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.stdin?.end()
    await ended
  }
}
