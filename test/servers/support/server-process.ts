import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** A process of its own that serves fixed credentials. */
export interface ServerProcess extends AsyncDisposable {
  readonly child: ChildProcess
  /** What a program would get. */
  readonly environment: Readonly<Record<string, string>>
  /** What it holds after a collection of garbage. */
  memory(): Promise<NodeJS.MemoryUsage>
}

/** The text by which credentials that were given out can be told: part of the session token. */
export const SERVED = 'IQoJb3JpZ2luX2Vj'

/** Starts a server process with the exposure of that name. */
export async function startServerProcess(name: string, nodeOptions: readonly string[] = []): Promise<ServerProcess> {
  const child = fork(join(import.meta.dirname, 'server-worker.ts'), [name], {
    execArgv: ['--conditions=@aws-vault/source', '--expose-gc', ...nodeOptions],
  })
  const [{ environment }] = await once(child, 'message')
  return {
    child,
    environment,
    async memory() {
      child.send('memory')
      const [{ memory }] = await once(child, 'message')
      return memory
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.send('end')
      await ended
    },
  }
}
