import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunOptions } from '../../support/sandbox.ts'
import { type Scene, setScene } from '../../support/scene.ts'

/** What `server start --format json` says. */
export interface Started {
  readonly profile: string
  readonly pid: number
  readonly environment: Readonly<Record<string, string>>
}

/** A scene whose servers end with it. */
export interface ServerScene extends Scene {
  /** `server start ... --detach`: what a program needs for the first profile. */
  startDetached(args: readonly string[], options?: RunOptions): Promise<Started>
  /** What a program needs for another profile of a server that runs. */
  reach(profile: string): Promise<Started>
  /** The names of the files in which servers leave their states, and what lies beside them. */
  files(): string[]
  /** Where these are. */
  readonly directory: string
}

/** Sets a scene for `server`. */
export async function setServerScene(options: Parameters<typeof setScene>[0] = {}): Promise<ServerScene> {
  const scene = await setScene(options)
  const { sandbox } = scene
  const directory = sandbox.path('.cache/aws-vault/run')
  return {
    sandbox,
    aws: scene.aws,
    calls: scene.calls,
    directory,
    async startDetached(args, runOptions) {
      const { stdout } = await sandbox.ok(['server', 'start', ...args, '--detach', '--format', 'json'], runOptions)
      return JSON.parse(stdout)
    },
    async reach(profile) {
      return JSON.parse((await sandbox.ok(['server', 'status', profile, '--format', 'json'])).stdout)
    },
    files() {
      try {
        return readdirSync(directory).sort()
      } catch {
        return []
      }
    },
    async [Symbol.asyncDispose]() {
      await sandbox.run(['server', 'stop', '--all'])
      await scene[Symbol.asyncDispose]()
    },
  }
}

/** The state that the only server has left. */
export function onlyState(scene: ServerScene): { file: string; state: Record<string, unknown> } {
  const files = scene.files().filter(name => name.endsWith('.json'))
  assert.equal(files.length, 1, files.join())
  const file = join(scene.directory, files[0] ?? '')
  return { file, state: JSON.parse(readFileSync(file, 'utf8')) }
}

/** Resolves when there is no process of that number any more. */
export async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      if (/\) [ZX] /.test(stat)) return
    } catch {
      return
    }
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
