import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { lsofNames, ownerInTable, owningProcess } from './socket-tables.ts'

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

const run = promisify(execFile)

/**
 * Whether the client's end of a connection on this machine belongs to a program of ours. False where no end is found,
 * as for a client on another machine or one that is gone.
 * @throws Error when the system does not say
 */
export async function isSocketOf(peer: Peer, { platform, userId }: Us): Promise<boolean> {
  if (platform === 'linux') return isInLinuxTables(peer, userId)
  if (platform === 'win32') return isOwnProcess(peer)
  // Its own programs are all that lsof shows to a user; to root it shows all, hence -u.
  const lsof = platform === 'darwin' ? '/usr/sbin/lsof' : 'lsof'
  const args = ['-nP', '-a', '-u', `${userId}`, `-iTCP:${peer.port}`, '-sTCP:ESTABLISHED', '-Fn']
  // It exits with 1 where it finds nothing.
  const { stdout } = await run(lsof, args, { timeout: 5000 }).catch(error => {
    if (error.code === 1) return { stdout: '' }
    throw error
  })
  return lsofNames(stdout, peer)
}

/** The tables are not read in one piece, so that a line may be missed while others come and go: hence a second look. */
async function isInLinuxTables(peer: Peer, userId: number | undefined): Promise<boolean> {
  for (let look = 0; look < 2; look++) {
    for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
      const text = await readFile(table, 'latin1').catch(error => {
        // There is none where IPv6 is switched off.
        if (table.endsWith('6') && error.code === 'ENOENT') return ''
        throw error
      })
      const owner = ownerInTable(text, peer)
      if (owner !== undefined) return owner === userId
    }
  }
  return false
}

/** Windows names the process; one that we could end is one of ours. */
async function isOwnProcess(peer: Peer): Promise<boolean> {
  const { stdout } = await run('netstat.exe', ['-ano', '-p', 'TCP'], { timeout: 5000, windowsHide: true })
  const processId = owningProcess(stdout, peer)
  if (processId === undefined) return false
  try {
    return process.kill(processId, 0)
  } catch {
    return false
  }
}
