import type { PartContext, SsoToken, SsoTokenStore } from '@aws-vault/plugin-sdk'

/** Logins in memory. */
export interface MemoryTokens extends SsoTokenStore {
  readonly kept: Map<string, SsoToken>
}

export function memoryTokens(withLock: PartContext['withLock'] = (_, task) => task()): MemoryTokens {
  const kept = new Map<string, SsoToken>()
  return {
    kept,
    get: async startUrl => kept.get(startUrl),
    set: async (startUrl, token) => void kept.set(startUrl, token),
    remove: async startUrl => void kept.delete(startUrl),
    alone: (startUrl, task) => withLock(startUrl, task),
  }
}
