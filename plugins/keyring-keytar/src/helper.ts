import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { ANOTHER_KEYRING, KeyringStorageError, type PartContext, VaultError } from '@aws-vault/plugin-sdk'
import type { Binding, BindingMethod, StoredPassword } from './binding.ts'
import { type HelperAnswer, serve } from './helper-program.ts'
import { explainFailure, keytarPath } from './load-keytar.ts'

/** How long a call may take, in milliseconds: somebody may have to type a password into a window. */
const PATIENCE = 120_000

/** After how long it is said that we wait, in milliseconds. */
const SILENCE = 3000

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

/**
 * keytar in a process of its own. Its calls block a thread for as long as the daemon says nothing, a thread that cannot
 * be ended and for which Node waits when it ends; and keytar crashes on some items of other programs. A process can be
 * ended. It is started with the first call.
 */
export class Helper implements Binding {
  readonly #context: PartContext
  readonly #patience: number
  readonly #path: string | undefined
  readonly #waiting = new Map<number, Waiting>()
  #child: ChildProcess | undefined
  #lastId = 0

  constructor(
    context: PartContext,
    { patience = PATIENCE, path }: { patience?: number; path?: string | undefined } = {},
  ) {
    this.#context = context
    this.#patience = patience
    this.#path = path
  }

  getPassword(service: string, account: string): Promise<string | null> {
    return this.#call('getPassword', service, account)
  }

  setPassword(service: string, account: string, password: string): Promise<void> {
    return this.#call('setPassword', service, account, password)
  }

  deletePassword(service: string, account: string): Promise<boolean> {
    return this.#call('deletePassword', service, account)
  }

  findCredentials(service: string): Promise<readonly StoredPassword[]> {
    return this.#call('findCredentials', service)
  }

  /** Ends the process, and with it whatever it waits for. */
  close(): void {
    this.#end(new KeyringStorageError('the keyring was closed'))
  }

  async #call<T>(method: BindingMethod, ...words: string[]): Promise<T> {
    const { signal, logger } = this.#context
    signal.throwIfAborted()
    const child = this.#start()
    const id = ++this.#lastId
    const answer = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    hold(child)
    const interrupt = (): void => this.#end(signal.reason)
    signal.addEventListener('abort', interrupt, { once: true })
    const note = setTimeout(
      () => {
        logger.warn("waiting for the desktop's keyring, which may have opened a window that asks for its password")
      },
      Math.min(SILENCE, this.#patience * 2),
    )
    const deadline = setTimeout(() => this.#end(tooSlow(this.#patience)), this.#patience)
    try {
      child.stdin?.write(`${JSON.stringify({ id, method, arguments: words })}\n`)
      return (await answer) as T
    } finally {
      clearTimeout(note)
      clearTimeout(deadline)
      signal.removeEventListener('abort', interrupt)
      this.#waiting.delete(id)
      if (this.#waiting.size === 0) letGo(child)
    }
  }

  #start(): ChildProcess {
    if (this.#child !== undefined) return this.#child
    const path = this.#path ?? keytarPath(this.#context.platform)
    const { spawn } = process.getBuiltinModule('node:child_process')
    const child = spawn(process.execPath, ['-e', `(${serve.toString()})()`], { stdio: ['pipe', 'pipe', 'ignore'] })
    this.#child = child
    child.on('error', cause =>
      this.#end(new KeyringStorageError(`keytar cannot be started: ${cause.message}`, { cause })),
    )
    child.on('close', (_, signal) => this.#end(new HelperCrash(signal)))
    child.stdin.on('error', () => {})
    child.stdin.write(`${JSON.stringify(path)}\n`)
    let rest = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) this.#answered(JSON.parse(line))
    })
    return child
  }

  #answered({ id, result, error }: HelperAnswer): void {
    if (id === 0) {
      if (error === undefined) return
      const { message, hint } = explainFailure(error, this.#context.platform)
      this.#end(new VaultError('ERR_KEYRING_UNAVAILABLE', message, { hint }))
      return
    }
    const waiting = this.#waiting.get(id)
    if (error === undefined) waiting?.resolve(result)
    else waiting?.reject(new Error(error))
  }

  #end(reason: Error): void {
    const child = this.#child
    this.#child = undefined
    if (child !== undefined) {
      child.removeAllListeners('close')
      child.stdout?.removeAllListeners('data')
      child.kill('SIGKILL')
      child.unref()
    }
    for (const { reject } of this.#waiting.values()) reject(reason)
    this.#waiting.clear()
  }
}

/** The streams of a child's pipes are sockets, which its type does not say. */
const handles = ({ stdin, stdout }: ChildProcess): readonly (Socket | null)[] => [stdin as Socket, stdout as Socket]

/** Keeps us alive while an answer is waited for. */
function hold(child: ChildProcess): void {
  child.ref()
  for (const handle of handles(child)) handle?.ref()
}

/** Lets us end, and the child with us, also when nobody has closed the keyring. */
function letGo(child: ChildProcess): void {
  child.unref()
  for (const handle of handles(child)) handle?.unref()
}

/** The helper ended by itself, which it never does: keytar crashed. */
export class HelperCrash extends Error {
  constructor(signal: NodeJS.Signals | null) {
    super(`keytar ended without an answer${signal === null ? '' : ` (${signal})`}`)
    this.name = 'HelperCrash'
  }
}

const tooSlow = (patience: number): KeyringStorageError =>
  new KeyringStorageError(`the desktop's keyring did not answer within ${patience / 1000} seconds`, {
    hint: `look for a window that asks for its password, start its daemon again, or ${ANOTHER_KEYRING}`,
  })
