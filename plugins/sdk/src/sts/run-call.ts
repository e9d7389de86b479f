import type { PartContext } from '../context.ts'
import { isVaultError, type VaultError } from '../errors.ts'
import { clockWords, type FailedCall, timeoutError } from './error.ts'
import { failureKind, type SdkError } from './failure.ts'
import { withRetries } from './retry.ts'

/** Given on to the client's `send`, so that the call ends when it has to. */
export interface SendOptions {
  readonly abortSignal: AbortSignal
}

/** What running a call depends on, beside what sends it. */
export interface CallSettings {
  /** What its errors are told from, as it is known by now. */
  failed(): FailedCall
  /** Whether it carries something that AWS takes only once. It is then repeated only where AWS cannot have seen it. */
  readonly carriesCode: boolean
  /** The error for the user. */
  errorOf(error: SdkError, call: FailedCall): VaultError
}

const usualTimeoutSeconds = 30

/** Milliseconds that AWS allows between its clock and ours. */
const allowedSkew = 5 * 60_000

/**
 * Sends a call within its time, again where that does no harm, and puts what went wrong into words.
 * @throws what `errorOf` gives, VaultError ERR_NETWORK_TIMEOUT, and the reason of `context.signal` when that is aborted
 */
export async function runCall<T>(
  send: (options: SendOptions) => Promise<T>,
  context: PartContext,
  { failed, carriesCode, errorOf }: CallSettings,
): Promise<T> {
  const { http, logger, signal } = context
  const { setTimeout } = await import('node:timers/promises')
  const { action, step } = failed()
  const seconds = http.timeoutSeconds ?? usualTimeoutSeconds
  const attempt = async (): Promise<T> => {
    const timeout = AbortSignal.timeout(seconds * 1000)
    try {
      return await send({ abortSignal: AbortSignal.any([signal, timeout]) })
    } catch (error) {
      signal.throwIfAborted()
      throw timeout.aborted ? timeoutError(failed(), seconds) : error
    }
  }
  try {
    const result = await withRetries(attempt, {
      kindOf: error => (isVaultError(error) ? undefined : failureKind(error as SdkError)),
      carriesCode,
      sleep: milliseconds => setTimeout(milliseconds, undefined, { signal }),
      onThrottled: () => logger.warn(`AWS is busy: trying ${action} for profile "${step.profile}" again`),
    })
    warnOfClock(failed().clockDifference, context)
    return result
  } catch (error) {
    signal.throwIfAborted()
    throw isVaultError(error) ? error : errorOf(error as SdkError, failed())
  }
}

function warnOfClock(difference: number | undefined, { logger }: PartContext): void {
  if (difference !== undefined && Math.abs(difference) > allowedSkew) {
    const effect = difference > 0 ? 'after sessions have ended they seem to live on' : 'sessions seem to end too early'
    logger.warn(`${clockWords(difference)}: until it is set right, ${effect}`)
  }
}
