import type { FailureKind } from './failure.ts'

/** What repeating depends on. */
export interface RetryOptions {
  /** What became of an attempt that threw this; `undefined` for what is never repeated. */
  kindOf(error: unknown): FailureKind | undefined
  /**
   * Whether the call carries a one-time code. It is then repeated only where AWS cannot have used the code up: a code
   * that AWS has seen is refused the second time, and looks like a wrong one.
   */
  readonly carriesCode: boolean
  /** Milliseconds. */
  sleep(milliseconds: number): Promise<void>
  /** Called once, when it takes more than two seconds because of throttling. */
  onThrottled(): void
}

const attempts = 3

/** Milliseconds before the second and the third attempt. */
const pauses = { throttled: [500, 2000], other: [150, 600] } as const
const patienceMilliseconds = 2000

const harmless: ReadonlySet<FailureKind> = new Set(['throttled', 'unreachable', 'skewed'])
const repeatable: ReadonlySet<FailureKind> = new Set([...harmless, 'unavailable', 'cut'])

/** Calls until it succeeds, three times at most, with growing pauses. Throws what the last attempt threw. */
export async function withRetries<T>(call: () => Promise<T>, options: RetryOptions): Promise<T> {
  let waited = 0
  let hasSaid = false
  let isCorrected = false
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      const kind = options.kindOf(error)
      const isRepeatable = kind !== undefined && (options.carriesCode ? harmless : repeatable).has(kind)
      if (!isRepeatable || attempt === attempts || (kind === 'skewed' && isCorrected)) {
        throw error
      }
      if (kind === 'skewed') {
        // The SDK has set its clock by AWS's answer, which helps at once or not at all.
        isCorrected = true
        continue
      }
      const pause = pauseBefore(attempt, kind)
      if (kind === 'throttled' && !hasSaid && waited + pause > patienceMilliseconds) {
        hasSaid = true
        options.onThrottled()
      }
      await options.sleep(pause)
      waited += pause
    }
  }
}

/** Up to half as long again, so that those who were refused together do not come back together. */
function pauseBefore(failedAttempt: number, kind: FailureKind): number {
  const base = pauses[kind === 'throttled' ? 'throttled' : 'other'][failedAttempt - 1] ?? 0
  return base * (1 + Math.random() / 2)
}
