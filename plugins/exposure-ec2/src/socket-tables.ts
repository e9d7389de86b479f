import type { Peer } from './socket-owners.ts'

/**
 * Whose the clients' ends of connections are, by a table of Linux (proc_pid_net(5), /proc/net/tcp and tcp6). A socket
 * that no program has any more counts as nobody's. Other lines are passed over quickly: there may be many thousands.
 * @returns for each the user's number; `undefined` where the table has no such socket
 */
export function ownersInTable(table: string, peers: readonly Peer[]): (number | undefined)[] {
  const owners = new Map<string, number>()
  const ports = [...new Set(peers.map(({ localPort }) => localPort.toString(16).toUpperCase().padStart(4, '0')))]
  const lines = new RegExp(`^ *\\d+: ([0-9A-F:]+) ([0-9A-F]+:(?:${ports.join('|')})) .*$`, 'gm')
  for (const [line, local = '', remote = ''] of table.matchAll(lines)) {
    const [, , , , , , , user, , inode] = line.trim().split(/\s+/)
    if (inode !== '0') owners.set(`${readEnd(local)} ${readEnd(remote)}`, Number(user))
  }
  return peers.map(peer => {
    const { client, server } = ends(peer)
    return owners.get(`${client} ${server}`)
  })
}

/** Whether `lsof -Fn` names the clients' ends of connections. */
export function lsofNames(output: string, peers: readonly Peer[]): boolean[] {
  const names = new Set(output.split('\n').map(line => line.replaceAll(/\[::ffff:([\d.]+)\]/g, '$1').trimEnd()))
  return peers.map(peer => {
    const { client, server } = ends(peer)
    return names.has(`n${client}->${server}`)
  })
}

/** The process that has the client's end of a connection, by `netstat -ano` of Windows. */
export function owningProcess(output: string, peer: Peer): number | undefined {
  const { client, server } = ends(peer)
  for (const line of output.split(/\r?\n/)) {
    const words = line.trim().split(/\s+/)
    // The state is said in the user's language, and the process is the last word.
    if (words[0] === 'TCP' && words[1] === client && words[2] === server && /^\d+$/.test(words.at(-1) ?? '')) {
      return Number(words.at(-1))
    }
  }
  return undefined
}

const ends = ({ address, port, localAddress, localPort }: Peer): { client: string; server: string } => ({
  client: `${plain(address)}:${port}`,
  server: `${plain(localAddress)}:${localPort}`,
})

/** Without what marks an IPv4 address on a socket for both. */
const plain = (address: string): string => address.replace(/^::ffff:/i, '')

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1
const MAPPED = isLittleEndian ? '0000000000000000FFFF0000' : '00000000000000000000FFFF'

/** `0100007F:1F90` is 127.0.0.1:8080: words of four bytes in the order of the machine. Other IPv6 stays as it is. */
function readEnd(text: string): string {
  const found = /^([0-9A-F]{24})?([0-9A-F]{8}):([0-9A-F]{4})$/.exec(text)
  if (found === null || (found[1] ?? MAPPED) !== MAPPED) return text
  const bytes = Buffer.from(found[2] as string, 'hex')
  if (isLittleEndian) bytes.reverse()
  return `${bytes.join('.')}:${Number.parseInt(found[3] as string, 16)}`
}

/** A socket that waits for connections. */
export interface ListeningSocket {
  /** `0.0.0.0` and `::` are all addresses. */
  readonly address: string
  readonly port: number
  readonly inode: string
}

/** The state of a socket that waits for connections (Linux, include/net/tcp_states.h). */
const LISTEN = '0A'

/** The sockets of a table of Linux that wait for connections, but for those on a single IPv6 address. */
export function listeningSockets(table: string): ListeningSocket[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap(line => {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
      if (state !== LISTEN) return []
      const found = /^(?:(\d+\.[\d.]+)|0{32}):(\w+)$/.exec(readEnd(local))
      if (found === null) return []
      const [, address = '::', port = ''] = found
      return { address, port: Number.parseInt(port, address === '::' ? 16 : 10), inode }
    })
}
