/** Releases to update to, small ones, and a server that offers them and misbehaves on request. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeReleaseTree } from '../../bin/pack/release-tree.ts'
import { addToSite, BASE_DIR } from '../../bin/pack/server-layout.ts'
import { newReleaseKey, signSite } from '../../bin/pack/sign.ts'
import type { Release } from '../../src/update/release.ts'

const root = join(import.meta.dirname, '..', '..')
const built = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version

/** What becomes of a request: the file; its first half; nothing, for ever; no connection; another file's bytes; an error. */
export type Behaviour = 'serve' | 'cut' | 'hang' | 'gone' | 'damage' | 'fail'

export interface Requested {
  readonly path: string
  /** How many requests there were before. */
  readonly number: number
}

/** Where the releases lie, who signs them, and the server. */
export class ReleaseScene implements AsyncDisposable {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'aws-vault-releases-'))
  readonly site: string = join(this.directory, 'site')
  readonly key: { secret: string; public: string } = newReleaseKey()
  readonly requests: string[] = []
  /** Decides about each request. */
  behave: (request: Requested) => Behaviour = () => 'serve'
  readonly #server: Server = createServer((request, response) => this.#answer(request.url ?? '', response))

  /** Begins to listen. */
  static async start(): Promise<ReleaseScene> {
    const scene = new ReleaseScene()
    await new Promise<void>(resolve => scene.#server.listen(0, '127.0.0.1', resolve))
    return scene
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** What a release of ours says of itself. */
  release(version: string, more: Partial<Release> = {}): Release {
    const sha = Buffer.from(version).toString('hex').padEnd(40, '0').slice(0, 8)
    const { platform, arch } = process
    return { origin: 'tarball', version, sha, platform, arch, host: this.url, keys: [this.key.public], ...more }
  }

  /** Writes the directory of a small release: it has no packages, and its Node is the one that runs this. */
  tree(directory: string, version: string, more: Partial<Release> = {}): string {
    const node = join(this.directory, 'node')
    writeFileSync(node, `#!/bin/sh\nexec '${process.execPath}' "$@"\n`, { mode: 0o755 })
    const release = this.release(version, more)
    writeReleaseTree(directory, { root, release, node, withPackages: false, withCompiledCode: false })
    nameVersion(directory, version)
    // What `update` itself needs, and no more.
    rmSync(join(directory, 'dist', 'oclif.cjs'))
    for (const file of readdirSync(join(directory, 'dist', 'vendor'))) {
      if (!file.startsWith('plugin-update')) rmSync(join(directory, 'dist', 'vendor', file))
    }
    writeFileSync(join(directory, 'CHANGELOG.md'), changelog)
    return directory
  }

  /** Packs a release, offers it and signs all that is offered. */
  async offer(
    version: string,
    channels: readonly string[] = [],
    change: (tree: string) => void = () => {},
  ): Promise<string> {
    const parent = mkdtempSync(join(this.directory, 'pack-'))
    change(this.tree(join(parent, BASE_DIR), version))
    const tarball = await addToSite(parent, this.site, { release: this.release(version), channels, level: 1 })
    rmSync(parent, { recursive: true })
    this.sign()
    return tarball
  }

  /** Offers a release with all that a real one has. */
  async offerWhole(version: string, channels: readonly string[], from: string, node: string): Promise<string> {
    const parent = mkdtempSync(join(this.directory, 'pack-'))
    const tree = join(parent, BASE_DIR)
    writeReleaseTree(tree, { root: from, release: this.release(version), node, withCompiledCode: false })
    nameVersion(tree, version)
    const tarball = await addToSite(parent, this.site, { release: this.release(version), channels, level: 1 })
    rmSync(parent, { recursive: true })
    this.sign()
    return tarball
  }

  /** Makes a release of which nothing runs. */
  spoil(tree: string): void {
    writeFileSync(join(tree, 'dist', 'start.cjs'), 'throw new Error("no such instruction")')
  }

  sign(secret: string = this.key.secret): void {
    signSite(this.site, secret)
  }

  /** The text of a file that is offered. */
  read(path: string): string {
    return readFileSync(join(this.site, path), 'utf8')
  }

  /** Puts a file among those that are offered. */
  write(path: string, text: string): void {
    mkdirSync(join(this.site, path, '..'), { recursive: true })
    writeFileSync(join(this.site, path), text)
  }

  #answer(url: string, response: ServerResponse): void {
    const path = decodeURIComponent(url.slice(1))
    const behaviour = this.behave({ path, number: this.requests.length })
    this.requests.push(path)
    let content: Buffer
    try {
      content = readFileSync(join(this.site, path))
    } catch {
      response.writeHead(404).end()
      return
    }
    switch (behaviour) {
      case 'gone':
        response.destroy()
        break
      case 'fail':
        response.writeHead(503).end('later')
        break
      case 'damage':
        response.end(content.fill(0, content.length >> 1, (content.length >> 1) + 8))
        break
      case 'serve':
        response.end(content)
        break
      default: {
        response.writeHead(200, { 'Content-Length': content.length })
        const half = content.subarray(0, content.length >> 1)
        response.write(half, () => {
          if (behaviour === 'cut') response.destroy()
        })
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
    rmSync(this.directory, { recursive: true, force: true })
  }
}

/** The build puts the version into the code. */
function nameVersion(tree: string, version: string): void {
  const start = join(tree, 'dist', 'start.cjs')
  const code = readFileSync(start, 'utf8').replaceAll(`version:"${built}"`, `version:"${version}"`)
  // As the build does it: compiled code is kept by this name, and that of another version would be taken for it.
  const name = createHash('sha256').update(code).digest('hex').slice(0, 32)
  writeFileSync(start, code.replace(/^\/\/[0-9a-f]{32}/, `//${name}`))
}

const changelog = `# Changelog

## Unreleased

- Not yet.

## 2.0.0 - 2026-03-01

- Something great.

## 1.1.0 - 2026-02-01

- Something good.

## 1.0.0

- The first.
`
