import { connect, createServer, type Socket } from 'node:net'
import { exit, getuid, platform, stdin } from 'node:process'
import { SocketOwners } from '../socket-owners.ts'

/** The number under which the listening socket is handed over. */
export const LISTENING_FD = 3

/** Connections of this user's at a time. SDKs open one, ask three times and close it. */
const MAX_CONNECTIONS = 128

/** Connections that the system may keep for us until we come to them. */
const BACKLOG = 4096

/** Connections that may wait until it is known whose they are. */
const MAX_WAITING = 4096

/**
 * Takes connections at the socket that was handed over, and joins those of this user's programs with the server that
 * has the credentials. What is said on them is neither read nor changed. Those of others are cut off, and take no room
 * of these, however many there are. Ends with its stdin.
 * @param port of the server, on 127.0.0.1
 */
export function forward(port: number): void {
  stdin
    .on('error', () => exit())
    .on('close', () => exit())
    .resume()
  const owners = new SocketOwners({ platform, userId: getuid?.() })
  let joined = 0
  const take = async (client: Socket): Promise<void> => {
    client.on('error', () => client.destroy())
    const { remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 } = client
    const peer = { address: remoteAddress, port: remotePort, localAddress, localPort }
    const isOurs = await owners.isOurs(peer).catch(() => false)
    if (client.destroyed) return
    if (!isOurs || joined >= MAX_CONNECTIONS) {
      // A reset leaves nothing behind in the system's tables.
      client.resetAndDestroy()
      return
    }
    joined++
    client.on('close', () => joined--)
    join(client, port)
  }
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, socket => void take(socket))
  server.maxConnections = MAX_CONNECTIONS + MAX_WAITING
  server.listen({ fd: LISTENING_FD, backlog: BACKLOG })
}

function join(client: Socket, port: number): void {
  const server = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
  server.on('error', () => client.destroy())
  server.on('close', () => client.destroy())
  client.on('close', () => server.destroy())
  client.pipe(server).pipe(client)
}
