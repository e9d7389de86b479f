import { spawnSync } from 'node:child_process'

/** Where a tool may lie that runs as root: the caller's search path is of no importance. */
const PATH = '/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * Runs a tool of the system to its end.
 * @returns what it wrote
 * @throws Error with what it said when it fails or is not there
 */
export function runTool(name: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(name, args, {
    encoding: 'utf8',
    env: { PATH, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 10_000,
  })
  if (status === 0) return stdout
  const why = (error as NodeJS.ErrnoException)?.code === 'ENOENT' ? 'it is not installed' : (error?.message ?? stderr)
  throw new Error(`${name}: ${why.trim()}`)
}
