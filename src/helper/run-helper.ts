import { buffer } from 'node:stream/consumers'
import { type Kind, VaultError } from '@aws-vault/plugin-sdk'
import type { Container } from '../container.ts'
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
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void container.dispose())
  // A closed terminal is no reason to forget: it has none.
  process.on('SIGHUP', () => {})
  const input = await buffer(process.stdin)
  await implementation.help(input, () => process.stdout.write(READY, () => process.stdout.destroy()), context)
}
