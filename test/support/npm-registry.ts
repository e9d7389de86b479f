import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { npm, packed } from './npm.ts'

const root = join(import.meta.dirname, '..', '..')
const serve = join(root, 'test', 'registry', 'serve.mjs')

/** Why there is no registry for tests here; `false` if there is one. @throws Error on CI, where `.ci/run` installs it */
export function registryMissing(): string | false {
  if (existsSync(join(root, 'test', 'registry', 'node_modules', 'verdaccio'))) return false
  const reason = 'needs a registry: cd test/registry && npm ci --ignore-scripts'
  if (process.env.CI) throw new Error(reason)
  return reason
}

/** What becomes of a request: it goes on to the registry, its connection is cut, or it is never answered. */
export type Fate = 'pass' | 'cut' | 'hang'

/** A real npm registry (verdaccio) on a loopback port, behind a door at which a test may interfere. */
export class NpmRegistry implements AsyncDisposable {
  readonly url: string
  /** Decides on each request by its path. */
  fate: (path: string) => Fate = () => 'pass'
  readonly directory: string
  readonly #verdaccio: ChildProcess
  readonly #door: ReturnType<typeof createServer>

  private constructor(directory: string, verdaccio: ChildProcess, door: ReturnType<typeof createServer>) {
    this.directory = directory
    this.#verdaccio = verdaccio
    this.#door = door
    this.url = `http://127.0.0.1:${(door.address() as AddressInfo).port}/`
  }

  static async start(): Promise<NpmRegistry> {
    const directory = mkdtempSync(join(tmpdir(), 'aws-vault-registry-'))
    const verdaccio = spawn(process.execPath, [serve, directory], { stdio: ['pipe', 'pipe', 'inherit'] })
    const [line] = await Promise.race([
      once(createInterface(verdaccio.stdout), 'line'),
      once(verdaccio, 'exit').then(([code]) => Promise.reject(new Error(`verdaccio ended with ${code}`))),
    ])
    const port = Number(/^port (\d+)$/.exec(line)?.[1])
    const door = createServer((incoming, answer) => {
      const fate = registry.fate(decodeURIComponent(incoming.url ?? ''))
      if (fate === 'pass') forward(port, incoming, answer)
      if (fate === 'cut') incoming.destroy()
    })
    await once(door.listen(0, '127.0.0.1'), 'listening')
    const registry = new NpmRegistry(directory, verdaccio, door)
    writeFileSync(registry.npmrc, registry.settings)
    return registry
  }

  /** What has to stand in the .npmrc of who uses it. The token is any: whoever comes may publish. */
  get settings(): string {
    const { host } = new URL(this.url)
    return `registry=${this.url}\n//${host}/:_authToken=anybody\naudit=false\nfund=false\nupdate-notifier=false\n`
  }

  /** A file with these settings. */
  get npmrc(): string {
    return join(this.directory, '.npmrc')
  }

  /** Publishes the package in a folder, without running its scripts. */
  async publish(folder: string): Promise<void> {
    await npm(['publish', packed(folder, this.directory), '--tag=latest'], { cwd: this.directory, npmrc: this.npmrc })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#door.closeAllConnections()
    this.#door.close()
    const ended = once(this.#verdaccio, 'exit')
    this.#verdaccio.stdin?.end()
    await ended
    rmSync(this.directory, { recursive: true, force: true })
  }
}

/** With the address by which the client came: the registry writes it into what it says of tarballs. */
function forward(port: number, incoming: IncomingMessage, answer: ServerResponse): void {
  const { url, method, headers } = incoming
  const outgoing = request({ host: '127.0.0.1', port, path: url, method, headers }, response => {
    answer.writeHead(response.statusCode ?? 502, response.headers)
    response.pipe(answer)
  })
  outgoing.on('error', () => answer.destroy())
  incoming.pipe(outgoing)
}
