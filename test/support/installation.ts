/** A tarball that was unpacked into a prefix, with a link to it, and a home directory. */
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { ReleaseScene } from './release-scene.ts'
import { type Ended, Sandbox } from './sandbox.ts'

export class Installation implements Disposable {
  readonly sandbox: Sandbox = new Sandbox()
  readonly directory: string
  /** What people type. */
  readonly program: string
  readonly #scene: ReleaseScene
  readonly #base: string

  /** @param like one whose files are copied, with all updates */
  constructor(scene: ReleaseScene, version = '1.0.0', like?: Installation) {
    this.#scene = scene
    this.directory = this.sandbox.path('local/lib/aws-vault')
    this.program = this.sandbox.path('local/bin/aws-vault')
    if (like === undefined) {
      mkdirSync(this.sandbox.path('local/bin'), { recursive: true })
      scene.tree(this.directory, version)
      symlinkSync('../lib/aws-vault/bin/aws-vault', this.program)
    } else cpSync(like.sandbox.home, this.sandbox.home, { recursive: true, verbatimSymlinks: true })
    const { sha } = scene.release(version)
    this.#base = `${version}-${sha}`
  }

  /** Where updates of it lie. */
  get updates(): string {
    return this.sandbox.path(`.local/share/aws-vault/client/${this.#base}`)
  }

  /** The names of the versions that updates brought, and of all else that lies there. */
  names(): string[] {
    try {
      return readdirSync(this.updates).sort()
    } catch {
      return []
    }
  }

  /** The names of the directories of versions. */
  nameOf(version: string): string {
    return `${version}-${this.#scene.release(version).sha}`
  }

  chosen(): string {
    return readFileSync(join(this.updates, 'current'), 'utf8')
  }

  /** Starts it and leaves it running. */
  start(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): { child: ChildProcess; ended: Promise<Ended> } {
    const child = spawn(this.program, args, {
      cwd: this.sandbox.home,
      env: { ...this.sandbox.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    let [stdout, stderr] = ['', '']
    child.stdout?.setEncoding('utf8').on('data', text => {
      stdout += text
    })
    child.stderr?.setEncoding('utf8').on('data', text => {
      stderr += text
    })
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
    })
    return { child, ended }
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return this.start(args, env).ended
  }

  /** The version that says its name. */
  async version(): Promise<string> {
    const { stdout, stderr } = await this.run(['--version'])
    return /^aws-vault\/(\S+)/.exec(stdout)?.[1] ?? stderr
  }

  [Symbol.dispose](): void {
    this.sandbox[Symbol.dispose]()
  }
}
