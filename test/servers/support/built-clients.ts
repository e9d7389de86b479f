import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** A client in another language. */
export interface BuiltClient {
  readonly name: string
  /** How it is started, or why it cannot be. */
  build(): Build
}

/** What a build came to. */
export type Build =
  | { readonly command: readonly string[] }
  | {
      readonly problem: string
      /** Whether nobody asked for it: a reason to skip it on CI too. */
      readonly isLeftOut?: boolean
    }

const sources = join(import.meta.dirname, '..', 'clients')
const cache = join(import.meta.dirname, '..', '..', '..', '.cache', 'clients')

/** Minutes that a build may take: what it needs comes over the network. */
const PATIENCE = 5 * 60_000

/**
 * Clients that are built here, where their languages' tools are installed. What they need is pinned, and what is built
 * is kept in .cache.
 */
export const builtClients: readonly BuiltClient[] = [
  {
    name: 'the AWS SDK for Go v2',
    build() {
      const program = join(cache, 'go', 'client')
      return built([program], join(sources, 'go'), [['go', 'build', '-buildvcs=false', '-o', program, '.']])
    },
  },
  {
    name: 'the AWS SDK for Java v2',
    build() {
      const directory = join(cache, 'java')
      mkdirSync(directory, { recursive: true })
      const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies'
      const libraries = join(directory, 'lib')
      return built(['java', '-cp', `${libraries}/*:${directory}`, 'Client'], join(sources, 'java'), [
        ['mvn', '-q', '-B', plugin, '-DincludeScope=runtime', `-DoutputDirectory=${libraries}`],
        ['javac', '-cp', `${libraries}/*`, '-d', directory, 'Client.java'],
      ])
    },
  },
  {
    name: 'the AWS SDK for Rust',
    build() {
      if (process.env.AWS_VAULT_TEST_RUST !== '1') {
        return { problem: 'takes minutes to build: set AWS_VAULT_TEST_RUST=1', isLeftOut: true }
      }
      const directory = join(cache, 'rust')
      return built([join(directory, 'release', 'client')], join(sources, 'rust'), [
        ['cargo', 'build', '--quiet', '--locked', '--release', '--target-dir', directory],
      ])
    },
  },
]

function built(command: readonly string[], cwd: string, steps: readonly (readonly string[])[]): Build {
  for (const [name = '', ...args] of steps) {
    const { status, stdout, stderr, error } = spawnSync(name, args, { cwd, encoding: 'utf8', timeout: PATIENCE })
    if (error !== undefined) {
      const { code, message } = error as NodeJS.ErrnoException
      return { problem: code === 'ENOENT' ? `${name} is not installed` : `${name} does not end: ${message}` }
    }
    if (status !== 0) return { problem: `${name} could not build it: ${(stdout + stderr).trim().slice(-300)}` }
  }
  return { command }
}
