import { homedir } from 'node:os'
import { join } from 'node:path'
import { isAlive, readStates } from '../server/state-file.ts'
import { segment } from './segment.ts'

/** The segment for this process's environment. A bundle of its own: it is made for every prompt of a shell. */
export const ownSegment = (): string =>
  segment({
    environment: process.env,
    now: Date.now(),
    states: () => readStates(serverStateDirectories()).map(({ state }) => state),
    isAlive,
  })

/** Where servers leave their states; see running-servers.ts. Nothing is made here. */
export function serverStateDirectories(): string[] {
  const { AWS_VAULT_CACHE_DIR, XDG_CACHE_HOME, XDG_RUNTIME_DIR, LOCALAPPDATA, HOME } = process.env
  const home = HOME || homedir()
  const caches =
    (process.platform === 'darwin' && join(home, 'Library', 'Caches')) ||
    XDG_CACHE_HOME ||
    (process.platform === 'win32' && LOCALAPPDATA) ||
    join(home, '.cache')
  const cache = AWS_VAULT_CACHE_DIR || join(caches, 'aws-vault')
  return [...(XDG_RUNTIME_DIR ? [join(XDG_RUNTIME_DIR, 'aws-vault')] : []), join(cache, 'run')]
}
