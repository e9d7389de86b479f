/** An npm registry on loopback that has the packages of our own node_modules, and nothing else. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

interface Kept {
  readonly packageJson: { readonly name: string; readonly version: string }
  readonly directory: string
}

/** Serves what package-lock.json names and is installed here. */
export class LoopbackRegistry implements AsyncDisposable {
  readonly #kept: Kept[] = []
  readonly #server: Server = createServer((request, response) => {
    const answer = this.#answer(decodeURIComponent(request.url ?? ''))
    response.writeHead(answer === undefined ? 404 : 200).end(answer)
  })

  static async start(): Promise<LoopbackRegistry> {
    const registry = new LoopbackRegistry()
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
    for (const path of Object.keys(packages).filter(path => path.startsWith('node_modules/'))) {
      const file = join(root, path, 'package.json')
      if (!packages[path].link && existsSync(file)) {
        registry.#kept.push({ packageJson: JSON.parse(readFileSync(file, 'utf8')), directory: join(root, path) })
      }
    }
    await new Promise<void>(resolve => registry.#server.listen(0, '127.0.0.1', resolve))
    return registry
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  #answer(path: string): string | Buffer | undefined {
    const [, name = '', version] = /^\/((?:@[^/]+\/)?[^/]+)(?:\/-\/(.+)\.tgz)?$/.exec(path) ?? []
    const copies = this.#kept.filter(({ packageJson }) => packageJson.name === name)
    if (version !== undefined) return packed(copies.find(({ packageJson }) => packageJson.version === version))
    const versions = copies.map(({ packageJson }) => {
      const tarball = `${this.url}${name}/-/${packageJson.version}.tgz`
      return [packageJson.version, { ...packageJson, dist: { tarball } }] as const
    })
    const latest = versions.at(0)?.[0]
    return latest && JSON.stringify({ name, 'dist-tags': { latest }, versions: Object.fromEntries(versions) })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }
}

function packed(kept: Kept | undefined): Buffer | undefined {
  if (kept === undefined) return undefined
  // npm carries its dependencies with it; all others have theirs listed.
  const nested = kept.packageJson.name === 'npm' ? [] : ['--exclude=./node_modules']
  const args = ['--create', '--gzip', ...nested, '--transform=s,^\\.,package,', `--directory=${kept.directory}`, '.']
  const { status, stdout, stderr } = spawnSync('tar', args, { maxBuffer: 2 ** 28 })
  if (status !== 0) throw new Error(String(stderr))
  return stdout
}
