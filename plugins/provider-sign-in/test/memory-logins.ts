import type { SignInLogin, SignInLoginStore } from '@aws-vault/plugin-sdk'

/** Sign-ins in memory. */
export interface MemoryLogins extends SignInLoginStore {
  readonly kept: Map<string, SignInLogin>
}

export function memoryLogins(): MemoryLogins {
  const kept = new Map<string, SignInLogin>()
  return {
    kept,
    get: async session => kept.get(session),
    set: async (session, login) => void kept.set(session, login),
    alone: (_, task) => task(),
  }
}
