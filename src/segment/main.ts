import { homedir } from 'node:os'
import { join } from 'node:path'
import { processFate } from '@aws-vault/plugin-sdk/process'
import { runtimePlaces } from '../helper/runtime-places.ts'
import { readStates } from '../server/state-file.ts'
import { segment } from './segment.ts'

/**
 * The segment for this process's environment. A bundle of its own: it is made for every prompt of a shell. Nothing at
 * all where something is wrong: a prompt is no place for errors.
 */
export function ownSegment(): string {
  try {
    return segment({
      environment: process.env,
      now: Date.now(),
      states: () => readStates(serverStateDirectories()).map(({ state }) => state),
      isDead: state => processFate(state) === 'dead',
    })
  } catch {
    return ''
  }
}

/** Where servers leave their states; see running-servers.ts. Nothing is made here. */
export function serverStateDirectories(): string[] {
  const { AWS_VAULT_CACHE_DIR, XDG_CACHE_HOME, LOCALAPPDATA, HOME } = process.env
  const home = HOME || homedir()
  const caches =
    (process.platform === 'darwin' && join(home, 'Library', 'Caches')) ||
    XDG_CACHE_HOME ||
    (process.platform === 'win32' && LOCALAPPDATA) ||
    join(home, '.cache')
  const cache = AWS_VAULT_CACHE_DIR || join(caches, 'aws-vault')
  return runtimePlaces({ environment: process.env, cache, userId: process.getuid?.() })
}
