import type { Socket } from 'node:net'
import { parseBusAddress } from './address.ts'
import { BusError } from './errors.ts'

/** How long a line of the greeting may be. */
const LONGEST_LINE = 4096

/**
 * Connects to the first place of `address` where a bus listens, and says who we are (SASL EXTERNAL: the bus asks the
 * kernel whose process we are). What follows on the socket are messages.
 * @throws BusError `absent` or `refused`
 * @throws the reason of `signal` when that is aborted
 */
export async function connectSocket(address: string, signal: AbortSignal): Promise<Socket> {
  const places = parseBusAddress(address)
  if (places.length === 0) throw new BusError('absent', `"${address}" names no bus on this machine`)
  const { connect } = await import('node:net')
  let failure: unknown
  for (const { socket: path } of places) {
    signal.throwIfAborted()
    try {
      return await greeted(connect({ path }), signal)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof BusError) throw error
      failure = error
    }
  }
  const code = (failure as NodeJS.ErrnoException).code ?? String(failure)
  throw new BusError(
    code === 'EACCES' || code === 'EPERM' ? 'refused' : 'absent',
    `no bus answers at ${places.map(({ socket }) => socket.replace('\0', '@')).join(', ')} (${code})`,
    failure,
  )
}

function greeted(socket: Socket, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  let heard = ''
  const fail = (error: unknown): void => {
    socket.destroy()
    reject(error)
  }
  const onAbort = (): void => fail(signal.reason)
  const onClose = (): void => fail(new BusError('refused', 'the bus closed the connection at once'))
  const onData = (chunk: Buffer): void => {
    heard += chunk.toString('latin1')
    const end = heard.indexOf('\r\n')
    if (end === -1) {
      if (heard.length > LONGEST_LINE) fail(new BusError('malformed', 'what listens there is not a bus'))
      return
    }
    if (heard.startsWith('OK ')) {
      // The bus says nothing more before we have begun.
      socket.write('BEGIN\r\n')
      resolve(socket)
    } else {
      fail(new BusError('refused', 'the bus belongs to another user'))
    }
  }
  signal.addEventListener('abort', onAbort, { once: true })
  socket.on('error', fail).on('close', onClose).on('data', onData)
  const user = Buffer.from(String(process.getuid?.() ?? '')).toString('hex')
  socket.on('connect', () => socket.write(`\0AUTH EXTERNAL ${user}\r\n`))
  return promise.finally(() => {
    signal.removeEventListener('abort', onAbort)
    socket.off('error', fail).off('close', onClose).off('data', onData)
  })
}
