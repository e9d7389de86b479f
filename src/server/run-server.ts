import { isVaultError, VaultError } from '@aws-vault/plugin-sdk'
import { thisProcess } from '@aws-vault/plugin-sdk/process'
import type { Container } from '../container.ts'
import type { CredentialFlags } from '../credentials/wishes.ts'
import { quoted } from '../export/repeated-flags.ts'
import { writePrivateFile } from '../settings/write-private-file.ts'
import { type OpenControl, openControl } from './control.ts'
import { furtherDoors, SOCKET_NAME } from './doors.ts'
import { IdleWatch } from './idle-watch.ts'
import { stateDirectory } from './running-servers.ts'
import { serveProfiles } from './serve-profiles.ts'
import type { ServerWish } from './server-wish.ts'
import { containerDirectory, removeState, type ServerState, stateFile } from './state-file.ts'
import { keystoreLocked, toldToEnd } from './stop-reasons.ts'
import { realTimers } from './timers.ts'

/**
 * Serves until there is a reason to end, and leaves nothing behind then.
 * @param ready called when clients may come
 * @throws VaultError when it cannot begin
 */
export async function runServer(
  container: Container,
  wish: ServerWish,
  flags: CredentialFlags,
  ready: (state: ServerState) => void,
): Promise<string> {
  const directory = stateDirectory(container)
  if (wish.stopsWhenLocked) await refuseUnwatchable(container)
  container.leaveSignals()
  const ended = toldToEnd(wish.isDetached)
  const idle = Promise.withResolvers<string>()
  const limit = (wish.idleSeconds ?? 0) * 1000
  let watch: IdleWatch | undefined
  let control: OpenControl | undefined
  try {
    const begun = serveProfiles(container, {
      ...wish,
      flags,
      doors: furtherDoors({
        isForContainers: wish.isForContainers,
        ...(wish.listen === undefined ? {} : { address: wish.listen }),
        directory: containerDirectory(directory, wish.id),
        platform: container.world.platform,
      }),
      watch: profile => ({
        used: () => watch?.used(),
        explained: error => explained(error, profile, wish.repeated),
      }),
    })
    // What it waits for, a person or AWS, may never come.
    const serving = await Promise.race([begun, ended])
    if (typeof serving === 'string') {
      begun.then(late => late.close()).catch(() => {})
      await container.dispose()
      return serving
    }
    try {
      if (limit > 0) watch = new IdleWatch(limit, () => idle.resolve('nobody asks'), container.clock, realTimers)
      control = await openControl(serving, container)
      const state = stateOf(wish, serving.profiles, control, directory)
      await writePrivateFile(stateFile(directory, wish.id), `${JSON.stringify(state, undefined, 2)}\n`)
      ready(state)
      const reasons = [ended, idle.promise]
      if (wish.stopsWhenLocked) {
        reasons.push(keystoreLocked(() => isLocked(container), container.signal, container.logger))
      }
      return await Promise.race(reasons)
    } finally {
      watch?.close()
      await Promise.all([control?.close(), serving.close()])
    }
  } finally {
    removeState(directory, wish.id)
  }
}

function stateOf(
  wish: ServerWish,
  profiles: ServerState['profiles'],
  { url, token }: OpenControl,
  directory: string,
): ServerState {
  const { id, kind, isDetached, order, idleSeconds, stopsWhenLocked, isForContainers, listen } = wish
  const socket = `${containerDirectory(directory, id)}/${SOCKET_NAME}`
  return {
    ...thisProcess(),
    version: 2,
    id,
    since: new Date().toISOString(),
    kind,
    isDetached,
    profiles,
    control: { url, token },
    order,
    ...(idleSeconds ? { idleSeconds } : {}),
    ...(stopsWhenLocked ? { stopsWhenLocked } : {}),
    ...(isForContainers ? { container: process.platform === 'linux' ? { socket } : {} } : {}),
    ...(listen === undefined ? {} : { listen }),
  }
}

async function isLocked(container: Container): Promise<boolean | undefined> {
  const { implementation, context } = await container.keystore()
  return implementation.isLocked?.(context)
}

/** @throws VaultError ERR_SERVER_LOCK when nobody could tell that the keystore gets locked, or it is */
async function refuseUnwatchable(container: Container): Promise<void> {
  const { part } = await container.keystore()
  const locked = await isLocked(container)
  if (locked === false) return
  const why = locked === undefined ? 'does not tell when it is locked' : 'is locked'
  throw new VaultError('ERR_SERVER_LOCK', `the keyring "${part.name}" ${why}, so --stop-when-locked cannot work`, {
    hint: locked === undefined ? 'use --idle instead' : 'unlock it first',
    facts: { keyring: part.name },
  })
}

/** Where nobody can be asked, a command in a terminal can: it puts the session where the server looks for it. */
function explained(error: unknown, profile: string, repeated: readonly string[]): unknown {
  if (!isVaultError(error, 'ERR_PROMPT_UNAVAILABLE')) return error
  const { code, message, facts } = error
  const words = ['aws-vault', 'exec', profile, ...repeated, '--', 'true']
  return new VaultError(code, message, { hint: `run in a terminal: ${quoted(words)}`, facts, cause: error })
}
