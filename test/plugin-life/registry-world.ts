import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { npm } from '../support/npm.ts'
import { NpmRegistry } from '../support/npm-registry.ts'
import { type Scene, setScene } from '../support/scene.ts'

export const root: string = join(import.meta.dirname, '..', '..')

/** What plugins and their tests need from the registry, from what is installed here. */
const needed = [
  'plugins/sdk',
  'node_modules/hpagent',
  'node_modules/jose',
  'node_modules/typescript',
  `node_modules/@typescript/typescript-${process.platform}-${process.arch}`,
  'node_modules/@types/node',
  'node_modules/undici-types',
]

/** A registry with the SDK, what it depends on, and the sample plugins. */
export async function startWorld(): Promise<NpmRegistry> {
  const registry = await NpmRegistry.start()
  await Promise.all(needed.map(folder => registry.publish(join(root, folder))))
  for (const example of ['keyring-sqlite', 'provider-broker']) await publishExample(registry, example)
  return registry
}

/** Publishes a sample plugin, compiled as its own `npm run build` does. */
async function publishExample(registry: NpmRegistry, name: string): Promise<void> {
  const folder = join(registry.directory, name)
  const from = join(root, 'docs', 'examples', name)
  cpSync(from, folder, { recursive: true, filter: path => !path.startsWith(join(from, 'dist')) })
  await npm(['install'], { cwd: folder, npmrc: registry.npmrc })
  await npm(['run', 'build'], { cwd: folder, npmrc: registry.npmrc })
  rmSync(join(folder, 'node_modules'), { recursive: true })
  await registry.publish(folder)
}

/** What a package to publish says of itself. */
export interface SmallPlugin {
  readonly name: string
  readonly version?: string
  readonly api?: number
  /** The keyring's name; `memo` if absent. */
  readonly keyring?: string
  /** The text of its module; a keyring that forgets everything if absent. */
  readonly module?: string
  readonly more?: Readonly<Record<string, unknown>>
}

const forgetful = `export default {
  available: async () => ({ available: true }),
  open: async () => ({
    get: async () => undefined, set: async () => {}, remove: async () => false, keys: async () => [], close: async () => {},
  }),
}
`

/** Publishes a plugin that is there for one test. */
export async function publishSmall(registry: NpmRegistry, plugin: SmallPlugin): Promise<void> {
  const { name, version = '1.0.0', api = 1, keyring = 'memo', module = forgetful, more = {} } = plugin
  const folder = join(registry.directory, 'small', `${name.replaceAll(/\W/g, '-')}-${version}`)
  mkdirSync(folder, { recursive: true })
  const contributes = { keyrings: { [keyring]: { summary: `version ${version}`, module: './index.js' } } }
  const packageJson = { name, version, type: 'module', oclif: {}, awsVault: { api, contributes }, ...more }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(packageJson))
  writeFileSync(join(folder, 'index.js'), module)
  await registry.publish(folder)
}

/** A home whose npm knows the registry and nothing else. */
export async function setRegistryScene(registry: NpmRegistry, keys: readonly string[] = ['work']): Promise<Scene> {
  const scene = await setScene({ keys })
  scene.sandbox.write('.npmrc', registry.settings)
  return scene
}

/** What of the plugins lies in a home: all files and folders of our data directory but what is not theirs. */
export function pluginFiles({ sandbox }: Scene): string[] {
  const data = sandbox.path('.local/share/aws-vault')
  return globSync('**', { cwd: data }).filter(path => !['.', 'keyring-in-use.json'].includes(path))
}

/** Generations of plugins that there are; one change keeps the one before. */
export function generations({ sandbox }: Scene): string[] {
  return readdirSync(sandbox.path('.local/share/aws-vault/plugins')).filter(name => name !== 'current')
}

/** Compiles a folder's TypeScript and runs its tests, as its author does. @returns what `npm test` wrote */
export async function installAndTest(registry: NpmRegistry, folder: string): Promise<string> {
  await npm(['install'], { cwd: folder, npmrc: registry.npmrc })
  return npm(['test'], { cwd: folder, npmrc: registry.npmrc, env: { CI: 'true' } })
}

/** Whether a process lives. */
export const lives = (pid: number): boolean => spawnSync('kill', ['-0', String(pid)]).status === 0
