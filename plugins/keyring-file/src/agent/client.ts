import { lstatSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { KeyringStorageError, type PartContext } from '@aws-vault/plugin-sdk'
import type { Derivation, Jwe } from '../jwe.ts'
import { type Answer, derivationFromJson, derivationToJson, LONGEST_LINE, type Request } from './protocol.ts'

/** Milliseconds that an agent may take. It only computes; one that takes longer is stuck, and is done without. */
const PATIENCE = 1000

/** An item's key, wrapped by the key that a derivation gives. */
export interface Wrapped {
  readonly derivation: Derivation
  readonly encryptedKey: Uint8Array
}

/** What an agent says of itself. */
export interface AgentStatus {
  readonly derivation: Derivation
  /** When it ends unless it is used before, in milliseconds since 1970. */
  readonly until: number
}

/** Talks to the agent of a vault, if there is one. That there is none is no error: every answer is then `undefined`. */
export class AgentClient {
  readonly #socket: string
  readonly #context: PartContext
  /** One that did not answer is not asked again by this process. */
  #isStuck = false

  /** @param socket path of the agent's socket */
  constructor(socket: string, context: PartContext) {
    this.#socket = socket
    this.#context = context
  }

  /** An item's own key; `undefined` where the agent's key does not open it. */
  async unwrap(jwe: Jwe): Promise<Uint8Array | undefined> {
    const encryptedKey = Buffer.from(jwe.encryptedKey).toString('base64')
    const answer = await this.#ask({ ask: 'unwrap', derivation: derivationToJson(jwe), encryptedKey })
    return answer?.contentKey === undefined ? undefined : Buffer.from(answer.contentKey, 'base64')
  }

  async wrap(contentKey: Uint8Array): Promise<Wrapped | undefined> {
    const answer = await this.#ask({ ask: 'wrap', contentKey: Buffer.from(contentKey).toString('base64') })
    if (answer?.derivation === undefined || answer.encryptedKey === undefined) return undefined
    return {
      derivation: derivationFromJson(answer.derivation),
      encryptedKey: Buffer.from(answer.encryptedKey, 'base64'),
    }
  }

  /** Which key it keeps, and when it ends unless it is used before. `undefined` where none is kept any more. */
  async status(): Promise<AgentStatus | undefined> {
    const { until, derivation } = (await this.#ask({ ask: 'status' })) ?? {}
    if (until === undefined || derivation === undefined) return undefined
    return { until, derivation: derivationFromJson(derivation) }
  }

  /**
   * Lets it forget its key and end. `false`: there was none.
   * @throws KeyringStorageError when there is one that does not answer
   */
  async lock(): Promise<boolean> {
    if (!this.#isThere()) return false
    if ((await this.#ask({ ask: 'lock' })) !== undefined) return true
    // A killed one leaves its socket behind; one that is stuck ends when it finds its socket gone.
    rmSync(this.#socket, { force: true })
    if (!this.#isStuck) return false
    // Whoever listens there from now on is another one.
    this.#isStuck = false
    throw new KeyringStorageError('the agent that keeps the vault open does not answer', {
      hint: 'it ends as soon as it goes on; to end it now, look for it: pgrep -af "helper keyrings file"',
      facts: { keyring: 'file' },
    })
  }

  #isThere(): boolean {
    return lstatSync(this.#socket, { throwIfNoEntry: false })?.isSocket() === true
  }

  async #ask(request: Request): Promise<Answer | undefined> {
    // Node's net is slow to load, and mostly there is no agent.
    if (this.#isStuck || !this.#isThere()) return undefined
    const { connect } = await import('node:net')
    try {
      return JSON.parse(await exchange(connect(this.#socket), `${JSON.stringify(request)}\n`, this.#context.signal))
    } catch (error) {
      this.#context.signal.throwIfAborted()
      this.#isStuck = error instanceof LateError
      this.#context.logger.debug(`no answer of the agent of the vault: ${(error as Error).message}`)
      return undefined
    }
  }
}

class LateError extends Error {}

function exchange(socket: Socket, line: string, signal: AbortSignal): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new LateError(`none within ${PATIENCE} ms`)), PATIENCE)
    const abort = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    socket.once('close', () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    })
    let answer = ''
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      answer += chunk
      if (answer.endsWith('\n')) resolve(answer)
      else if (answer.length > LONGEST_LINE) reject(new Error('it talks too much'))
    })
    socket.once('error', reject)
    socket.once('end', () => reject(new Error('it was cut short')))
    socket.write(line)
  }).finally(() => socket.destroy())
}
