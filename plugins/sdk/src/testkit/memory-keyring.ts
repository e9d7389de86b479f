import type { Item, KeyringBackend } from '../keyring.ts'

/**
 * A keyring that lasts as long as its backend: the simplest one that passes {@link testKeyring}, and a stand-in for the
 * real ones in tests of what uses them.
 *
 * @example
 * ```ts
 * const backend = memoryKeyring()
 * const keyring = await backend.open(testContext())
 * await keyring.set({ key: 'dev', data: new Uint8Array(), label: '', description: '', attributes: {} })
 * assert.deepEqual(await keyring.keys(), ['dev'])
 * ```
 */
export function memoryKeyring(): KeyringBackend {
  const items = new Map<string, Item>()
  return {
    available: async () => ({ available: true }),
    open: async () => ({
      get: async key => structuredClone(items.get(key)),
      set: async item => {
        items.set(item.key, structuredClone(item))
      },
      remove: async key => items.delete(key),
      keys: async () => [...items.keys()],
      close: async () => {},
    }),
  }
}
