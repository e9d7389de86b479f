import { checkMembers } from './world-spec.ts'

/**
 * What goes wrong with a call:
 * - `{error}`: it is refused with that error; status 400 and an empty message if absent
 * - `throttle`: it is refused with Throttling
 * - `hang`: it is never answered, and had no effect
 * - `cut`: the connection is cut without an answer, and it had no effect
 * - `cut-after`: it had its effect, then the connection is cut without an answer
 * - `cut-answer`: it had its effect, then the connection is cut in the middle of the answer
 * - `{delayMs}`: it has its effect at once, and is answered that much later
 * - `garbage`: it had its effect, and is answered by a web page, as by a hotel's network
 */
export type FaultEffect =
  | { readonly error: { readonly code: string; readonly status?: number; readonly message?: string } }
  | { readonly delayMs: number }
  | (typeof plainEffects)[number]

const plainEffects = ['throttle', 'hang', 'cut', 'cut-after', 'cut-answer', 'garbage'] as const

/** When something goes wrong, and what. */
export interface FaultSpec {
  /** `sts`, `iam`; every service if absent. */
  readonly service?: string
  /** Every action if absent. */
  readonly action?: string
  /** The first call that is hit, counted from 1 among the calls that fit since the fault was added; 1 if absent. */
  readonly call?: number
  /** How many calls after each other are hit; 1 if absent. */
  readonly times?: number | 'always'
  readonly effect: FaultEffect
}

/** The faults of a local AWS. */
export interface Faults {
  /**
   * Adds faults. Of several that would hit the same call, the one added first does.
   * @throws Error when one cannot be understood
   */
  add(...specs: readonly FaultSpec[]): void
  /** Forgets all of them. */
  clear(): void
  list(): readonly FaultSpec[]
  /** Counts a call, and says what goes wrong with it. */
  next(service: string, action: string): FaultEffect | undefined
}

/** No faults yet. */
export function createFaults(): Faults {
  let entries: { spec: FaultSpec; seen: number }[] = []
  return {
    add(...specs) {
      for (const spec of specs) checkFault(spec)
      entries.push(...specs.map(spec => ({ spec, seen: 0 })))
    },
    clear() {
      entries = []
    },
    list: () => entries.map(({ spec }) => spec),
    next(service, action) {
      const fitting = entries.filter(
        ({ spec }) => (spec.service ?? service) === service && (spec.action ?? action) === action,
      )
      for (const entry of fitting) entry.seen += 1
      return fitting.find(hits)?.spec.effect
    },
  }
}

function hits({ spec: { call = 1, times = 1 }, seen }: { spec: FaultSpec; seen: number }): boolean {
  return seen >= call && (times === 'always' || seen < call + times)
}

function checkFault(spec: FaultSpec): void {
  checkMembers('a fault', spec, ['service', 'action', 'call', 'times', 'effect'])
  const { effect } = spec
  const known =
    typeof effect === 'string'
      ? plainEffects.includes(effect)
      : 'delayMs' in effect
        ? Number.isFinite(effect.delayMs)
        : typeof effect.error?.code === 'string'
  if (!known) throw new Error(`a fault has no effect ${JSON.stringify(effect)}`)
}
