#!/usr/bin/env node
// Starts what `npm run ...` names, on a machine that has nothing but Node 20 and npm: installs what is missing, then
// runs the task with the Node of package.json. Plain JavaScript without dependencies, since it runs before they exist.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..')
const [task, ...args] = process.argv.slice(2)

if (!isInstalled()) {
  process.stderr.write('Installing dependencies ...\n')
  const options = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
  // The npm that runs us, with its own settings: among our dependencies there is another one, which `npm run` puts first.
  // Without it through a shell, since npm is a batch file on Windows; nothing of the user's stands in this line.
  const npm = process.env.npm_execpath
  const [command, args, shell] = npm
    ? [process.execPath, [npm, ...options], false]
    : [`npm ${options.join(' ')}`, [], true]
  // keytar, which is optional, is built here from its sources: its install script would get a binary from elsewhere.
  const env = { ...process.env, npm_config_build_from_source: 'keytar' }
  const { status } = spawnSync(command, args, { cwd: root, env, shell, stdio: ['ignore', 2, 2] })
  if (status !== 0) process.exit(status ?? 1)
}

const own = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
const node = existsSync(own) ? own : process.execPath
const { status, signal } = spawnSync(
  node,
  ['--conditions=@aws-vault/source', join(root, 'bin', `${task}.ts`), ...args],
  {
    cwd: root,
    stdio: 'inherit',
  },
)
if (signal) process.kill(process.pid, signal)
process.exit(status ?? 1)

/** npm writes its own list last; one that is older than the lock file belongs to an earlier state. */
function isInstalled() {
  const installed = statSync(join(root, 'node_modules', '.package-lock.json'), { throwIfNoEntry: false })
  const wanted = statSync(join(root, 'package-lock.json'), { throwIfNoEntry: false })
  return installed !== undefined && (wanted === undefined || installed.mtimeMs >= wanted.mtimeMs)
}
