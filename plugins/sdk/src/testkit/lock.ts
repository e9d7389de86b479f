import { createHash } from 'node:crypto'
import { unlinkSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Runs `task` while nobody else on this machine runs one under the same name: whoever listens at the name's local
 * socket has the lock, and the socket goes with its process. Good enough for tests: on macOS, where a killed process
 * leaves its socket file behind, two who find it at the same instant may both go on.
 */
export async function withTestLock<T>(name: string, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
  const address = addressOf(name)
  const release = await acquire(address, signal)
  try {
    return await task()
  } finally {
    release()
  }
}

async function acquire(address: string, signal: AbortSignal): Promise<() => void> {
  for (;;) {
    signal.throwIfAborted()
    const waiting = new Set<Socket>()
    const server = createServer(socket => {
      waiting.add(socket.on('error', () => {}).on('close', () => waiting.delete(socket)))
    })
    if (await listens(server, address)) {
      return () => {
        server.close()
        for (const socket of waiting) socket.destroy()
      }
    }
    await untilReleased(address, signal)
  }
}

function listens(server: Server, address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false)
      else reject(error)
    })
    server.listen(address, () => resolve(true))
  })
}

function untilReleased(address: string, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const socket = connect({ path: address, signal })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' && !address.startsWith('\0')) removeIfThere(address)
    })
    socket.on('close', () => resolve())
  })
}

function addressOf(name: string): string {
  const id = `aws-vault-testkit-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`
  if (process.platform === 'linux') return `\0${id}`
  return process.platform === 'win32' ? `\\\\.\\pipe\\${id}` : join(tmpdir(), `${id}.sock`)
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Another one was quicker.
  }
}
