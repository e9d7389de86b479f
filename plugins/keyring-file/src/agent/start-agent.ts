import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { PartContext } from '@aws-vault/plugin-sdk'
import type { Derivation } from '../jwe.ts'
import { type AgentInput, derivationToJson } from './protocol.ts'

/** Seconds without use after which an agent ends: a working day. */
const DEFAULT_IDLE = 8 * 3600

/** Where the agent of a vault listens: one for each directory, by whatever way it is named. */
export function socketOf(directory: string, context: PartContext): string {
  return join(context.runtimeDirectory(), socketName(directory))
}

/** Where agents of a vault may listen that other sessions of this user have started, too. */
export function socketsOf(directory: string, context: PartContext): string[] {
  const name = socketName(directory)
  return context.runtimeDirectories().map(path => join(path, name))
}

function socketName(directory: string): string {
  const { createHash } = process.getBuiltinModule('node:crypto')
  const name = createHash('sha256').update(realPath(directory)).digest('hex').slice(0, 16)
  return `vault-${name}.sock`
}

/**
 * Starts an agent that keeps a vault's key, in a process of its own. Returns when it listens.
 * @throws VaultError when no process can be started
 */
export async function startAgent(
  directory: string,
  { derivation, wrappingKey }: { readonly derivation: Derivation; readonly wrappingKey: Uint8Array },
  context: PartContext,
): Promise<void> {
  const { agentIdle } = context.options
  const input: AgentInput = {
    socket: socketOf(directory, context),
    derivation: derivationToJson(derivation),
    wrappingKey: Buffer.from(wrappingKey).toString('base64'),
    idleSeconds: typeof agentIdle === 'number' ? agentIdle : DEFAULT_IDLE,
  }
  await context.startHelper(new TextEncoder().encode(JSON.stringify(input)))
}

function realPath(directory: string): string {
  try {
    return realpathSync(directory)
  } catch {
    return directory
  }
}
