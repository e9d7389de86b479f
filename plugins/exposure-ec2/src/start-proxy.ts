import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { type Logger, VaultError } from '@aws-vault/plugin-sdk'
import { servingProxy } from './proxy/listeners.ts'
import { type Listener, METADATA_ADDRESS, METADATA_PORT, PROXY_FILE, type ProxyWord } from './proxy/names.ts'

/** A proxy that serves this user at 169.254.169.254:80. */
export interface Proxy {
  /** Ends it, and waits until the address is gone. */
  close(): Promise<void>
}

const WHERE = `${METADATA_ADDRESS}:${METADATA_PORT}`
const WITHOUT = 'leave out --bind-metadata-address: the AWS SDKs find the server at its loopback port too'

/** Where sudo lies: on NixOS in the first of these. */
const PATH = '/run/wrappers/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** How long the proxy may take to go, in milliseconds. It goes in any case; this is for those who wait. */
const PATIENCE = 5000

/**
 * Looks whether a proxy can be started, as far as that can be told without being root.
 * @throws VaultError ERR_METADATA_PLATFORM where there is no way to it
 * @throws VaultError ERR_METADATA_ADDRESS_TAKEN when somebody is served there
 */
export function checkCanBind(platform: NodeJS.Platform): void {
  if (platform !== 'linux' && platform !== 'darwin') {
    throw new VaultError('ERR_METADATA_PLATFORM', `serving at ${WHERE} is not possible on this system (${platform})`, {
      hint: WITHOUT,
    })
  }
  const serving = servingProxy()
  if (serving !== undefined) throw taken(serving)
}

/**
 * Starts the proxy: as root where we are, else by sudo, which may ask for a password at the terminal.
 * @throws VaultError ERR_METADATA_SUDO when sudo is missing or refuses
 * @throws VaultError ERR_METADATA_ADDRESS_TAKEN when somebody listens there already
 * @throws VaultError ERR_METADATA_PROXY when the system does not let it
 */
export async function startProxy({ port, logger }: { port: number; logger: Logger }): Promise<Proxy> {
  const command = [process.execPath, proxyFile(), 'hold', `--session=${process.pid}`, `--port=${port}`]
  if (process.getuid?.() === 0) return proxyOf(await attempt(command, 'pipe', true), logger)
  // -b: off the terminal once the password is given, so that neither Ctrl-C nor what is typed goes there.
  const quiet = await attempt(['sudo', '-n', '-b', '--', ...command], 'pipe', false)
  if (quiet.word !== undefined) return proxyOf(quiet, logger)
  logger.warn(`sudo is needed for ${WHERE}: for a small proxy that holds no credentials`)
  return proxyOf(await attempt(['sudo', '-b', '--', ...command], 'inherit', false), logger)
}

interface Attempt {
  readonly output: Readable
  /** The proxy's stdin, at the end of which it goes: whatever ends us closes it. */
  readonly lifeline: Writable
  /** What the proxy said first; `undefined` if it did not come to that. */
  readonly word: ProxyWord | undefined
  readonly stderr: string
}

async function attempt(command: readonly string[], stderr: 'pipe' | 'inherit', detached: boolean): Promise<Attempt> {
  const [name = '', ...args] = command
  // Nothing of our environment goes to root, and no other sudo than the system's is given a password.
  const child = spawn(name, args, { stdio: ['pipe', 'pipe', stderr], detached, env: { PATH, LC_ALL: 'C' } })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', text => {
    said += text
  })
  const lifeline = child.stdin as Writable
  lifeline.on('error', () => {})
  // Node would close it when sudo goes to the background, and with it the proxy.
  child.stdin = null
  const failed = once(child, 'error').then(([error]) => {
    const why = error.code === 'ENOENT' ? 'is not installed' : `cannot be run (${error.code})`
    throw new VaultError('ERR_METADATA_SUDO', `sudo is needed to serve at ${WHERE}, and ${why}`, { hint: WITHOUT })
  })
  failed.catch(() => {})
  const output = child.stdout as Readable
  const lines = createInterface({ input: output })[Symbol.asyncIterator]()
  const { value, done } = await Promise.race([lines.next(), failed])
  child.unref()
  return { output, lifeline, word: done ? undefined : wordIn(value), stderr: said.trim() }
}

/** What the proxy says in a line; `undefined` where it is not the proxy that speaks. */
function wordIn(line: string): ProxyWord | undefined {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function proxyOf({ output, lifeline, word, stderr }: Attempt, logger: Logger): Proxy {
  if (word === undefined) {
    throw new VaultError('ERR_METADATA_SUDO', `the proxy for ${WHERE} could not be started by sudo`, {
      hint: `run sudo -v first, or ${WITHOUT}`,
      facts: { stderr },
    })
  }
  if (word.word === 'taken') throw taken(word.by)
  if (word.word === 'failed') {
    throw new VaultError('ERR_METADATA_PROXY', `this machine cannot be given the address ${WHERE}: ${word.message}`, {
      hint: WITHOUT,
    })
  }
  let isClosing = false
  const ended = once(output, 'close').then(() => {
    if (!isClosing) logger.warn(`the proxy for ${WHERE} has ended: credentials are no longer served there`)
  })
  return {
    async close() {
      isClosing = true
      lifeline.end()
      await Promise.race([ended, new Promise(resolve => setTimeout(resolve, PATIENCE).unref())])
    },
  }
}

function taken(by: Listener | undefined): VaultError {
  const code = 'ERR_METADATA_ADDRESS_TAKEN'
  if (by === undefined) {
    return new VaultError(code, `another program listens at ${WHERE}`, { hint: `end it, or ${WITHOUT}` })
  }
  const { processId, userId, userName, program, session } = by
  const facts = { processId, userId, session }
  if (session === undefined) {
    const message = `${program} (process ${processId} of ${userName}) listens at ${WHERE}`
    return new VaultError(code, message, { hint: `end it, or ${WITHOUT}`, facts })
  }
  const message = `aws-vault serves ${userName} (user ${userId}) at ${WHERE} already, for its process ${session}`
  return new VaultError(code, message, { hint: `end that one first, or ${WITHOUT}`, facts })
}

/** The proxy lies beside us: as source, compiled, or in one file beside the bundle that we are in. */
function proxyFile(): string {
  const here = import.meta.dirname
  const places = [`${PROXY_FILE}.cjs`, `proxy/${PROXY_FILE}.js`, `proxy/${PROXY_FILE}.ts`]
  const found = places.map(place => join(here, place)).find(existsSync)
  if (found === undefined) {
    throw new VaultError('ERR_METADATA_PROXY', `the proxy's file ${PROXY_FILE}.cjs is missing in ${here}`, {
      hint: 'install aws-vault again',
    })
  }
  return found
}
