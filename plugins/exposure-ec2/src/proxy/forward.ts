import { connect, createServer, type Socket } from 'node:net'
import { exit, getuid, platform, stdin } from 'node:process'
import { isSocketOf } from '../socket-owner.ts'

/** The number under which the listening socket is handed over. */
export const LISTENING_FD = 3

/** Connections at a time. SDKs open one, ask three times and close it. */
const MAX_CONNECTIONS = 128

/**
 * Takes connections at the socket that was handed over, and joins those of this user's programs with the server that
 * has the credentials. What is said on them is neither read nor changed. Ends with its stdin.
 * @param port of the server, on 127.0.0.1
 */
export function forward(port: number): void {
  stdin
    .on('error', () => exit())
    .on('close', () => exit())
    .resume()
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, socket => void take(socket, port))
  server.maxConnections = MAX_CONNECTIONS
  server.listen({ fd: LISTENING_FD })
}

async function take(client: Socket, port: number): Promise<void> {
  client.on('error', () => client.destroy())
  const { remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 } = client
  const peer = { address: remoteAddress, port: remotePort, localAddress, localPort }
  const isOurs = await isSocketOf(peer, { platform, userId: getuid?.() }).catch(() => false)
  if (!isOurs || client.destroyed) {
    client.destroy()
    return
  }
  const server = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
  server.on('error', () => client.destroy())
  server.on('close', () => client.destroy())
  client.on('close', () => server.destroy())
  client.pipe(server).pipe(client)
}
