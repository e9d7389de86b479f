import { spawn } from 'node:child_process'
import { createServer, type Server } from 'node:net'
import process from 'node:process'
import { type OwnAddress, ownAddress } from './address.ts'
import { endLeftovers, listenerAt } from './listeners.ts'
import { METADATA_ADDRESS, METADATA_PORT, type ProxyWord } from './names.ts'

/** Whom the proxy works for. */
export interface Session {
  /** The process that started it. */
  readonly session: number
  /** Where that process listens on 127.0.0.1. */
  readonly port: number
}

/**
 * The part that stays root, as only root can take the address away again. It makes the address and the listening
 * socket, hands the socket to a process of the user, and from then on waits for the end of its stdin or of that
 * process. It takes no connection and reads nothing that anybody says.
 */
export async function hold({ session, port }: Session): Promise<void> {
  // Ctrl-C and a closed terminal are the program's business: we go when the session goes.
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGHUP'] as const) process.on(signal, () => {})
  process.stdout.on('error', () => {})
  process.chdir('/')
  const { address, server } = await open(endLeftovers())
  const worker = startWorker({ session, port }, server)
  const end = (code: number): void => {
    worker.kill('SIGKILL')
    address.remove()
    process.exit(code)
  }
  process.on('SIGTERM', () => end(0))
  worker.on('error', () => end(1)).on('exit', () => end(1))
  process.stdin
    .on('error', () => end(0))
    .on('close', () => end(0))
    .resume()
  // The worker's copy listens on.
  server.close()
  await say({ word: 'ready' })
}

/** How long a proxy that ends may keep the address, or take it away under our feet, in milliseconds. */
const LEAVING = 2000

async function open(hasLeftovers: boolean): Promise<{ address: OwnAddress; server: Server }> {
  let address: OwnAddress | undefined
  for (const end = performance.now() + LEAVING; ; await new Promise(resolve => setTimeout(resolve, 20))) {
    try {
      address ??= ownAddress()
      return { address, server: await listen() }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      const isLeaving = (code === 'EADDRINUSE' && hasLeftovers) || code === 'EADDRNOTAVAIL'
      if (isLeaving && performance.now() < end) {
        if (code === 'EADDRNOTAVAIL') address = undefined
        continue
      }
      // Where somebody listens, the address stays: it may be theirs by now.
      if (code !== 'EADDRINUSE' && address?.isNew) address.remove()
      await say(code === 'EADDRINUSE' ? { word: 'taken', by: listenerAt() } : { word: 'failed', message })
      process.exit(1)
    }
  }
}

function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ host: METADATA_ADDRESS, port: METADATA_PORT, exclusive: true }, () => resolve(server))
  })
}

function startWorker({ session, port }: Session, server: Server) {
  const { argv, env, execPath, execArgv } = process
  // Whom to serve is what sudo says, not what its caller does.
  const uid = Number(env.SUDO_UID ?? process.getuid?.())
  const gid = Number(env.SUDO_GID ?? process.getgid?.())
  const args = [...execArgv, argv[1] as string, 'forward', `--session=${session}`, `--port=${port}`]
  return spawn(execPath, args, {
    uid,
    gid,
    cwd: '/',
    env: {},
    stdio: ['pipe', 'ignore', 'inherit', descriptorOf(server)],
  })
}

/** The number of a server's socket. Node hands servers over by messages only, and none shall be read here. */
function descriptorOf(server: Server): number {
  const { fd } = (server as unknown as { readonly _handle: { readonly fd: number } })._handle
  if (!(fd > 2)) throw new Error('this version of Node does not say which socket it listens at')
  return fd
}

const say = (word: ProxyWord): Promise<void> =>
  new Promise(resolve => process.stdout.write(`${JSON.stringify(word)}\n`, () => resolve()))
