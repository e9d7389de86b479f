import type { Availability, KeyringBackend, PartContext } from '@aws-vault/plugin-sdk'
import { classifyKey } from './session-key.ts'

/**
 * Asks a keyring whether it works here, and waits no longer than `patience` milliseconds for it, whatever it does. Its
 * waits are interrupted then. Never fails: a part that cannot be loaded does not work.
 * @param onHang called when it did not answer
 */
export async function askAvailability(
  load: () => Promise<{ implementation: KeyringBackend; context: PartContext }>,
  patience: number,
  onHang: () => void,
): Promise<Availability> {
  return bounded(load, patience, onHang, async (implementation, context) => implementation.available(context)).catch(
    (error: Error) => ({ available: false, reason: error.message.split('\n')[0] ?? '' }),
  )
}

/**
 * Whether long-lived keys are stored in a keyring: a session, which anybody gets anew, ties nobody to it. `false` where it
 * does not say so within `patience` milliseconds. Never fails.
 */
export async function askForCredentials(
  load: () => Promise<{ implementation: KeyringBackend; context: PartContext }>,
  patience: number,
  onHang: () => void,
): Promise<boolean> {
  return bounded(load, patience, onHang, async (implementation, context) => {
    const keyring = await implementation.open(context)
    try {
      return (await keyring.keys()).some(key => classifyKey(key) === 'credentials')
    } finally {
      await keyring.close()
    }
  }).catch(() => false)
}

async function bounded<T>(
  load: () => Promise<{ implementation: KeyringBackend; context: PartContext }>,
  patience: number,
  onHang: () => void,
  ask: (implementation: KeyringBackend, context: PartContext) => Promise<T>,
): Promise<T> {
  const interruption = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      onHang()
      const reason = new Error(`it did not answer within ${patience / 1000} s`)
      interruption.abort(reason)
      reject(reason)
    }, patience)
  })
  const asked = (async () => {
    const { implementation, context } = await load()
    const signal = AbortSignal.any([context.signal, interruption.signal])
    return await ask(implementation, { ...context, signal })
  })()
  // Whatever becomes of it after the deadline.
  asked.catch(() => {})
  try {
    return await Promise.race([asked, deadline])
  } finally {
    clearTimeout(timer)
  }
}
