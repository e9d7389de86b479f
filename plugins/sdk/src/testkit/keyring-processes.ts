import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Item } from '../keyring.ts'
import type { TestStore } from './keyring.ts'

/** A process that stores items in a keyring, one after another. */
export interface KeyringWorker {
  /** Resolves when it has reported `count` items as stored. */
  stored(count: number): Promise<void>
  /** Resolves when it has stored all items; rejects with what it wrote to stderr when it failed. */
  readonly done: Promise<void>
  /** Resolves to the number of items that it reported as stored, however it ended. */
  readonly ended: Promise<number>
  /** `kill -9`. */
  kill(): void
}

/** What a worker is told, as JSON on its standard input: a passphrase has no place in a command line. */
export interface KeyringWork {
  readonly module: string
  readonly store: Pick<TestStore, 'options' | 'answers' | 'sessionBus'>
  readonly items: readonly (Omit<Item, 'data'> & { readonly data: string })[]
}

/** Starts a process that stores `items` in turn in a keyring of the backend that `module` exports. */
export function startKeyringWorker(
  module: string,
  { options, answers, sessionBus }: TestStore,
  items: readonly Item[],
): KeyringWorker {
  // Beside this file, as source or built.
  const script = new URL(`./keyring-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)
  const work: KeyringWork = {
    module,
    store: {
      options,
      ...(answers === undefined ? {} : { answers }),
      ...(sessionBus === undefined ? {} : { sessionBus }),
    },
    items: items.map(item => ({ ...item, data: Buffer.from(item.data).toString('base64') })),
  }
  const child = spawn(process.execPath, [...conditions(), fileURLToPath(script)])
  child.stdin.on('error', () => {})
  child.stdin.end(JSON.stringify(work))
  return watch(child)
}

/** How this process resolves packages; the test runner's own flags are not for a worker. */
function conditions(): string[] {
  return process.execArgv.filter(argument => argument.startsWith('--conditions='))
}

function watch(child: ChildProcess): KeyringWorker {
  let reported = 0
  let complaint = ''
  const waiting = new Set<() => void>()
  child.stdout?.on('data', (chunk: Buffer) => {
    reported += chunk.toString().split('\n').length - 1
    for (const look of waiting) look()
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint += chunk.toString()
  })
  const closed = once(child, 'close') as Promise<[number | null]>
  const failed = () => new Error(`the process ended after ${reported} items: ${complaint}`)
  const done = closed.then(([status]) => {
    if (status !== 0) throw failed()
  })
  // Nobody need look at it.
  done.catch(() => {})
  return {
    done,
    ended: closed.then(() => reported),
    kill: () => child.kill('SIGKILL'),
    stored: count =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (reported >= count) resolve()
        }
        waiting.add(look)
        look()
        closed.then(() => reject(failed()))
      }),
  }
}
