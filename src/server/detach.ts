import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { VaultError } from '@aws-vault/plugin-sdk'
import type { Ask } from '../container.ts'
import { type FromServer, line, messages, type Order, receivedError, sentError } from './conversation.ts'
import type { ServerState } from './state-file.ts'

/** A process that shall outlive us. */
export interface Detaching {
  /** The command line of this very program, up to its first own word. */
  readonly program: readonly [string, ...string[]]
  readonly environment: Readonly<Record<string, string>>
  readonly order: Order
  /** The open file that is its standard error. */
  readonly log: number
  readonly platform: NodeJS.Platform
  /** Answers its questions until it serves. */
  ask: Ask
  readonly signal: AbortSignal
}

/**
 * The shell starts it and ends, so that it is nobody's child: whoever waits for our children does not wait for it. What
 * crashes leaves no memory behind, and no file that somebody has open is held open for as long as it lives.
 */
const DETACH = 'ulimit -c 0; exec 4<&- 5<&- 6<&- 7<&- 8<&- 9<&-; "$@" <&3 3<&- &'

/**
 * Starts a server in a session of its own, answers its questions, and leaves it running when it serves.
 * @returns what it says of itself
 * @throws VaultError what the server says when it cannot begin; ERR_SERVER_DETACH when it ends without a word
 */
export async function detachServer(detaching: Detaching): Promise<ServerState> {
  const { order, ask, signal } = detaching
  signal.throwIfAborted()
  const { child, stdin, stdout } = launch(detaching)
  const failed = new Promise<never>((_, reject) => child.once('error', reject))
  failed.catch(() => {})
  const abort = (): void => {
    // It ends when its input does.
    stdin.destroy()
    stdout.destroy()
  }
  signal.addEventListener('abort', abort, { once: true })
  stdin.on('error', () => {})
  try {
    stdin.write(line(order))
    return await Promise.race([failed, converse(stdin, stdout, ask)])
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof VaultError) throw error
    throw silent(error)
  } finally {
    signal.removeEventListener('abort', abort)
    abort()
    child.unref()
  }
}

async function converse(stdin: Writable, stdout: Readable, ask: Ask): Promise<ServerState> {
  for await (const message of messages<FromServer>(stdout)) {
    if ('ready' in message) return message.ready
    if ('failed' in message) throw receivedError(message.failed)
    const answer = await ask(message.ask).then(
      text => ({ answer: text }),
      error => ({ refused: sentError(error) }),
    )
    stdin.write(line(answer))
  }
  throw new Error('it ended without a word')
}

interface Launched {
  readonly child: ChildProcess
  readonly stdin: Writable
  readonly stdout: Readable
}

function launch({ program, environment, platform, log }: Detaching): Launched {
  const words = [...program, 'server', 'detached']
  const [file, ...rest] = platform === 'win32' ? words : ['/bin/sh', '-c', DETACH, 'sh', ...words]
  const child = spawn(file as string, rest, {
    env: environment,
    detached: true,
    // Node closes the standard input of a child that has ended, as the shell does at once; other pipes it leaves open.
    stdio: platform === 'win32' ? ['pipe', 'pipe', log] : ['ignore', 'pipe', log, 'pipe'],
    windowsHide: true,
  })
  const [stdin, stdout, , further] = child.stdio
  return { child, stdin: (further ?? stdin) as Writable, stdout: stdout as Readable }
}

/** What it wrote to its standard error is all there is then. */
const silent = (cause: unknown): VaultError =>
  new VaultError('ERR_SERVER_DETACH', `the server could not be started: ${(cause as Error).message}`, {
    hint: 'leave out --detach to see what it does',
    cause,
  })
