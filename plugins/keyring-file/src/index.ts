/**
 * The keyring `file`: one encrypted file an item, as the Go tool of the same name writes and reads them.
 * @module
 */
import { accessSync, constants, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Availability,
  type Keyring,
  type KeyringBackend,
  type PartContext,
  realPath,
  type Unlocked,
} from '@aws-vault/plugin-sdk'
import { systemCode } from '@aws-vault/plugin-sdk/files'
import { AgentClient } from './agent/client.ts'
import { socketOf, socketsOf } from './agent/start-agent.ts'
import { FileKeyring } from './file-keyring.ts'

const backend: KeyringBackend = {
  async available(context: PartContext): Promise<Availability> {
    const directory = directoryOf(context)
    try {
      if (!statSync(directory).isDirectory()) {
        return { available: false, reason: `${directory} is not a directory` }
      }
      accessSync(directory, constants.R_OK | constants.X_OK)
      return { available: true }
    } catch (error) {
      const code = systemCode(error)
      // The first write makes it.
      if (code === 'ENOENT') return { available: true }
      return { available: false, reason: `${directory} cannot be read (${code ?? String(error)})` }
    }
  },

  identity(context: PartContext): string {
    return realPath(directoryOf(context))
  },

  async open(context: PartContext): Promise<Keyring> {
    return new FileKeyring(directoryOf(context), context)
  },

  async isLocked(context: PartContext): Promise<boolean> {
    const keyring = new FileKeyring(directoryOf(context), context)
    try {
      return await keyring.isLocked()
    } finally {
      await keyring.close()
    }
  },

  async unlock(context: PartContext): Promise<Unlocked> {
    if (context.options.agent !== true) return { nothing: 'no agent may keep it open (--no-file-agent)' }
    if (context.platform === 'win32') return { nothing: 'there is no agent for Windows' }
    // Says here, and only here, where there can be no agent.
    socketOf(directoryOf(context), context)
    const keyring = new FileKeyring(directoryOf(context), context)
    try {
      const until = await keyring.unlock()
      return until === undefined ? { nothing: 'there is no item in it' } : { until }
    } finally {
      await keyring.close()
    }
  },

  async lock(context: PartContext): Promise<boolean> {
    if (context.platform === 'win32') return false
    const clients = socketsOf(directoryOf(context), context).map(socket => new AgentClient(socket, context))
    // All of them, whatever becomes of one.
    const locked = await Promise.allSettled(clients.map(client => client.lock()))
    for (const result of locked) if (result.status === 'rejected') throw result.reason
    return locked.some(result => result.status === 'fulfilled' && result.value)
  },

  async help(input: Uint8Array, ready: () => void, context: PartContext): Promise<void> {
    const { readAgentInput, serveKeys } = await import('./agent/serve.ts')
    await serveKeys(readAgentInput(input), ready, context)
  },
}

function directoryOf({ options, homeDirectory }: PartContext): string {
  return typeof options.dir === 'string' && options.dir !== '' ? options.dir : join(homeDirectory, '.awsvault', 'keys')
}

export default backend
