import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { lsofNames, ownersInTable, owningProcess } from './socket-tables.ts'

/** A TCP connection as its server sees it. */
export interface Peer {
  readonly address: string
  readonly port: number
  readonly localAddress: string
  readonly localPort: number
}

/** The user who runs us. */
export interface Us {
  readonly platform: NodeJS.Platform
  /** Absent on Windows. */
  readonly userId: number | undefined
}

/** Whether each connection's other end is ours; `undefined` where the system shows no such end. */
export type Look = (peers: readonly Peer[]) => Promise<readonly (boolean | undefined)[]>

/** How often the system is asked for a connection: a line may be missed while others come and go. */
const LOOKS = 2

interface Asked {
  readonly peer: Peer
  readonly verdict: PromiseWithResolvers<boolean>
  looks: number
}

/**
 * Says of connections on this machine whether their other end is a program of ours. One look at the system's tables runs
 * at a time and answers all who asked before it began, so that a flood of connections costs little more than one.
 */
export class SocketOwners {
  readonly #look: Look
  /** Those that no look has begun for. */
  #asked: Asked[] = []
  #isLooking = false

  constructor(us: Us, look: Look = lookFor(us)) {
    this.#look = look
  }

  /**
   * Whether the client's end of a connection belongs to a program of ours. False where no end is found, as for a client
   * on another machine or one that is gone.
   * @throws Error when the system does not say
   */
  isOurs(peer: Peer): Promise<boolean> {
    const verdict = Promise.withResolvers<boolean>()
    this.#asked.push({ peer, verdict, looks: 0 })
    if (!this.#isLooking) void this.#lookForAll()
    return verdict.promise
  }

  async #lookForAll(): Promise<void> {
    this.#isLooking = true
    while (this.#asked.length > 0) {
      const asked = this.#asked
      this.#asked = []
      try {
        const found = await this.#look(asked.map(({ peer }) => peer))
        for (const [index, one] of asked.entries()) {
          one.looks++
          const isOurs = found[index]
          if (isOurs === undefined && one.looks < LOOKS) this.#asked.push(one)
          else one.verdict.resolve(isOurs === true)
        }
      } catch (error) {
        for (const { verdict } of asked) verdict.reject(error)
      }
    }
    this.#isLooking = false
  }
}

/** How this system is asked. */
function lookFor({ platform, userId }: Us): Look {
  if (platform === 'linux') return peers => lookInLinuxTables(peers, userId)
  if (platform === 'win32') return lookByNetstat
  return peers => lookByLsof(peers, platform === 'darwin' ? '/usr/sbin/lsof' : 'lsof', userId)
}

async function lookInLinuxTables(peers: readonly Peer[], userId: number | undefined) {
  const owners: (number | undefined)[] = peers.map(() => undefined)
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    if (!owners.includes(undefined)) break
    const text = await readFile(table, 'latin1').catch(error => {
      // There is none where IPv6 is switched off.
      if (table.endsWith('6') && error.code === 'ENOENT') return ''
      throw error
    })
    for (const [index, owner] of ownersInTable(text, peers).entries()) owners[index] ??= owner
  }
  return owners.map(owner => (owner === undefined ? undefined : owner === userId))
}

const run = promisify(execFile)
const LIMITS = { timeout: 5000, maxBuffer: 64 * 1024 * 1024, windowsHide: true }

/** Its own programs are all that lsof shows to a user; to root it shows all, hence -u. */
async function lookByLsof(peers: readonly Peer[], lsof: string, userId: number | undefined) {
  const ports = [...new Set(peers.map(({ localPort }) => localPort))].join()
  const args = ['-nP', '-a', '-u', `${userId}`, `-iTCP:${ports}`, '-sTCP:ESTABLISHED', '-Fn']
  // It exits with 1 where it finds nothing.
  const { stdout } = await run(lsof, args, LIMITS).catch(error => {
    if (error.code === 1) return { stdout: '' }
    throw error
  })
  return lsofNames(stdout, peers).map(isNamed => isNamed || undefined)
}

/** Windows names the process; one that we could end is one of ours. */
async function lookByNetstat(peers: readonly Peer[]) {
  const { stdout } = await run('netstat.exe', ['-ano', '-p', 'TCP'], LIMITS)
  return peers.map(peer => {
    const processId = owningProcess(stdout, peer)
    if (processId === undefined) return undefined
    try {
      return process.kill(processId, 0)
    } catch {
      return false
    }
  })
}
