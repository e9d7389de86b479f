import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '..', '..')
// The npm that plugins are installed with, and not the one of the machine, which may be older.
const cli = join(root, 'node_modules', 'npm', 'bin', 'npm-cli.js')

/** Runs npm to its end, which has to be a good one, with a home and settings of its own. */
export async function npm(
  args: readonly string[],
  {
    cwd,
    npmrc,
    home = dirname(npmrc),
    env = {},
  }: { cwd: string; npmrc: string; home?: string; env?: NodeJS.ProcessEnv },
): Promise<string> {
  const environment = {
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    HOME: home,
    npm_config_userconfig: npmrc,
    npm_config_cache: join(dirname(npmrc), '.npm'),
    ...env,
  }
  try {
    const options = { cwd, env: environment, maxBuffer: 100_000_000 }
    return (await promisify(execFile)(process.execPath, [cli, ...args], options)).stdout
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    assert.fail(`npm ${args.join(' ')}: ${stderr.slice(-3000)} ${stdout.slice(-3000)}`)
  }
}

/**
 * Packs a folder as it would be published: its name is that of the package, its files those that `files` names.
 * @returns the tarball
 */
export function packed(folder: string, destination: string): string {
  const args = ['pack', folder, '--ignore-scripts', '--json', '--pack-destination', destination]
  const env = { PATH: process.env.PATH, HOME: destination, npm_config_cache: join(destination, '.npm') }
  execFileSync(process.execPath, [cli, ...args], { cwd: destination, env, stdio: ['ignore', 'ignore', 'pipe'] })
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return join(destination, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)
}
