import { ANOTHER_KEYRING, type PartContext, VaultError } from '@aws-vault/plugin-sdk'
import type { Daemon, Variant } from '@aws-vault/plugin-sdk/dbus'
import { PROMPT } from './service.ts'

/**
 * Has the service ask its question in a window of its own, and waits until a person has answered.
 * @param purpose what it is for, as in `unlock the collection "awsvault"`
 * @returns the prompt's result
 * @throws VaultError ERR_KEYRING_DISMISSED when the window was closed, or there is no screen for one
 */
export async function followPrompt(
  daemon: Daemon,
  path: string,
  purpose: string,
  { desk, logger }: Pick<PartContext, 'desk' | 'logger'>,
): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<readonly unknown[]>()
  const unwatch = await daemon.watch({ path, interface: PROMPT, member: 'Completed' }, resolve)
  let completed: readonly unknown[]
  try {
    await daemon.call(path, PROMPT, 'Prompt', 's', [''])
    completed = await daemon.waitForPerson(promise, async () => {
      if (await desk.isWatched())
        logger.warn(`waiting for an answer in the window of the Secret Service, to ${purpose}`)
    })
  } catch (error) {
    // So that no window stays whose answer nobody waits for.
    daemon.tell(path, PROMPT, 'Dismiss')
    throw error
  } finally {
    unwatch()
  }
  const [dismissed, result] = completed as [boolean, Variant]
  if (dismissed) {
    throw new VaultError('ERR_KEYRING_DISMISSED', `the Secret Service was not allowed to ${purpose}`, {
      hint:
        'try again and answer in its window; without a screen (SSH, a server) unlock it before or ' + ANOTHER_KEYRING,
      facts: { keyring: 'secret-service' },
    })
  }
  return result.value
}
