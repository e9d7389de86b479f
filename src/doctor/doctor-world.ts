import { readdirSync, readFileSync, statSync } from 'node:fs'
import { isVaultError, type Keyring, KeyringStorageError } from '@aws-vault/plugin-sdk'
import type { Container } from '../container.ts'
import { loadPart } from '../contributions/contributions.ts'
import { plan } from '../credentials/plan.ts'
import { settingsPath } from '../settings/settings-file.ts'
import { classifyKey } from '../vault/session-key.ts'
import { awsClockDifference, stsAddress } from './aws-clock.ts'
import type { FileFacts, KeystoreFacts, World } from './check.ts'

/** Bytes beyond which nobody keeps settings in a file. */
const largestText = 1 << 20

/** Seconds that a keystore, or a plugin's code, has for one step. */
const patienceSeconds = 10

/** The world as it is, for checks: the services of a container, and the files. Nothing is asked and nothing changed. */
export function doctorWorld(container: Container, { offline }: { readonly offline: boolean }): World {
  const { environment, platform, homeDirectory, directories } = container.world
  const facts = (path: string): FileFacts | undefined => {
    const stats = attempt(() => statSync(path))
    return stats && { mode: stats.mode, uid: stats.uid, isDirectory: stats.isDirectory(), modified: stats.mtimeMs }
  }
  return {
    ...{ environment, platform, homeDirectory, directories, facts },
    workingDirectory: process.cwd(),
    userId: process.getuid?.(),
    now: container.clock.now(),
    readText: path => attempt(() => (isText(path) ? readFileSync(path, 'utf8') : undefined)),
    names: directory => attempt(() => readdirSync(directory).sort()) ?? [],
    hide: secret => container.redactor.add(secret),
    config: () => container.awsConfig(),
    async settings() {
      return { ...(await container.settings()), path: settingsPath(directories.config) }
    },
    async plan() {
      const config = container.awsConfig()
      const claims = (await container.settings()).contributions.claims()
      const mayList = !(await lockOf(container)).asksToList
      const { credentials } = await container.vault()
      const storedKeys = new Set(mayList ? await bounded(credentials.list(), 'the keyring', 'listing') : [])
      return (profile, assumed) => {
        const known = assumed === undefined ? storedKeys : new Set([...storedKeys, assumed])
        try {
          plan({ profile, config, storedKeys: known, wishes: { session: true }, claims })
        } catch (error) {
          // They may be there.
          if (mayList || !isVaultError(error, 'ERR_CREDENTIALS_MISSING')) throw error
        }
      }
    },
    keystore: () => keystoreFacts(container),
    async load(kind, name) {
      const { contributions } = await container.settings()
      await bounded(loadPart(contributions.part(kind, name)), `the ${kind.slice(0, -1)} ${name}`, 'loading')
    },
    lock: () => container.withLock('doctor', async () => {}),
    clockDifference: async () =>
      offline ? undefined : awsClockDifference(stsAddress(environment), container.callContext()),
  }
}

function attempt<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch {
    // Not there, or not ours to read: there is nothing to see then.
    return undefined
  }
}

/** A FIFO or a device would keep us for ever. */
function isText(path: string): boolean {
  const stats = statSync(path)
  return stats.isFile() && stats.size <= largestText
}

async function keystoreFacts(container: Container): Promise<KeystoreFacts> {
  const backend = await container.backend()
  const what = `the ${backend.value} keyring`
  const timed = async <T>(step: string, task: Promise<T>): Promise<{ result: T; ms: number }> => {
    const began = performance.now()
    return { result: await bounded(task, what, step), ms: performance.now() - began }
  }
  const opened = await timed('opening', container.keyring(backend, { silent: true }))
  const { keyring } = opened.result
  const { isLocked, asksToList } = await lockOf(container)
  if (asksToList) return { backend, openMs: opened.ms, isLocked }
  const listed = await timed('listing', keyring.keys())
  const [key = listed.result[0]] = listed.result.filter(it => classifyKey(it) === 'credentials').sort()
  const known = { backend, openMs: opened.ms, listMs: listed.ms, items: listed.result.length }
  if (key === undefined || isLocked) return { ...known, isLocked }
  const got = await timed('getting one', getIfOpen(keyring, key))
  return got.result ? { ...known, getMs: got.ms, isLocked: false } : { ...known, isLocked: true }
}

/**
 * Whether the keystore is locked, as far as it tells, and whether even listing what is in it would open a window: where a
 * passphrase is asked for by us, `silent` keeps us from it.
 */
async function lockOf(container: Container): Promise<{ readonly isLocked: boolean; readonly asksToList: boolean }> {
  const { part, implementation, context } = await container.keystore()
  const asked = implementation.isLocked?.(context) ?? Promise.resolve(false)
  const isLocked = await bounded(asked, `the ${part.name} keyring`, 'looking whether it is locked')
  return { isLocked, asksToList: isLocked && implementation.unlock === undefined }
}

/** `false`: somebody would have to be asked first. */
async function getIfOpen(keyring: Keyring, key: string): Promise<boolean> {
  try {
    await keyring.get(key)
    return true
  } catch (error) {
    if (isVaultError(error, 'ERR_PROMPT_UNAVAILABLE')) return false
    throw error
  }
}

async function bounded<T>(task: Promise<T>, what: string, step: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const message = `${what} gave no answer within ${patienceSeconds} s (${step})`
    const hint = 'see whether its daemon runs, or use another one'
    timer = setTimeout(() => reject(new KeyringStorageError(message, { hint })), patienceSeconds * 1000)
  })
  try {
    return await Promise.race([task, late])
  } finally {
    clearTimeout(timer)
  }
}
