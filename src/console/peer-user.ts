import { readFileSync } from 'node:fs'

/**
 * The user who has the other end of a connection over loopback, as Linux says it (proc_net_tcp(5)); `undefined` when no
 * process has it any more.
 * @param tables texts of /proc/net/tcp and /proc/net/tcp6
 * @param port of the other end
 * @param ourPort of our end
 */
export function userOfPeer(tables: readonly string[], port: number, ourPort: number): number | undefined {
  for (const row of tables.flatMap(table => table.split('\n').slice(1))) {
    const [, local = '', remote = '', state, , , , uid] = row.trim().split(/\s+/)
    const isIt = portOf(local) === port && portOf(remote) === ourPort && state === ESTABLISHED
    if (isIt && isLoopback(local) && isLoopback(remote)) return Number(uid)
  }
  return undefined
}

const ESTABLISHED = '01'

const portOf = (address: string): number => Number.parseInt(address.split(':')[1] ?? '', 16)

/** 127.0.0.0/8, also as IPv6 has it; words are in the machine's byte order, which is little-endian wherever Node runs. */
const isLoopback = (address: string): boolean => /^(?:0{16}FFFF0000)?[0-9A-F]{6}7F:/.test(address)

/** Whether the other end of a connection to us belongs to this user, as far as the system can say: Linux can. */
export function isOwnPeer(port: number, ourPort: number): boolean {
  const own = process.getuid?.()
  // Under WSL, a browser of Windows comes by way of a relay.
  if (process.platform !== 'linux' || own === undefined || process.env.WSL_DISTRO_NAME !== undefined) return true
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap(file => {
    try {
      return [readFileSync(file, 'latin1')]
    } catch {
      return []
    }
  })
  return tables.length === 0 || userOfPeer(tables, port, ourPort) === own
}
