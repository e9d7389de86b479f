import { buffer } from 'node:stream/consumers'
import { type Kind, VaultError } from '@aws-vault/plugin-sdk'
import type { Container } from '../container.ts'
import { closeInherited } from './close-inherited.ts'
import { READY } from './start-helper.ts'

/**
 * Runs the `help` of a part until it returns or we are told to end.
 * @throws VaultError ERR_HELPER_NONE when the part has none
 */
export async function runHelper(container: Container, kind: Kind, name: string): Promise<void> {
  const { implementation, context } = await container.helper(kind, name)
  if (implementation.help === undefined) {
    throw new VaultError('ERR_HELPER_NONE', `the part "${name}" of kind ${kind} has no helper`, {
      facts: { kind, name },
    })
  }
  closeInherited()
  container.leaveSignals()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void container.dispose())
  // A closed terminal is no reason to forget: it has none.
  process.on('SIGHUP', () => {})
  const input = await buffer(process.stdin)
  let isReady = false
  const ready = (): void => {
    isReady = true
    process.stdout.write(READY, () => process.stdout.destroy())
  }
  try {
    await implementation.help(input, ready, context)
  } catch (error) {
    // Who waits for it can say it to somebody.
    if (!isReady) process.stdout.write((error as Error).message)
    throw error
  }
}
