import type { Clock, Credentials, Logger } from '@aws-vault/plugin-sdk'
import { isVaultError, VaultError } from '@aws-vault/plugin-sdk'
import { MARGIN, type PersonNeeded, pauseAfter, pauseBetweenLooks, renewalTime } from './renewal-times.ts'
import type { Timers } from './timers.ts'

/** What renewing depends on. */
export interface RenewalDependencies {
  /** Whose credentials they are, for messages: `profile "work"`. */
  readonly owner: string
  /**
   * Gets credentials: cached ones, or new ones.
   * @param minimumSeconds how long they must still live; as little as anybody wishes if absent
   */
  obtain(minimumSeconds?: number): Promise<Credentials>
  /**
   * The same without asking anybody, for when somebody has been asked in vain: a session that is shared may have been
   * renewed elsewhere. Without it, that is not looked for before the credentials are about to end.
   */
  obtainSilently?(minimumSeconds?: number): Promise<Credentials>
  readonly clock: Clock
  readonly timers: Timers
  /** From 0 to 1. */
  random(): number
  readonly logger: Logger
}

/**
 * Failures that only a person can end, or before which one may have been shown a window. Nobody is asked again and again
 * for what is not needed yet.
 */
const NEEDS_A_PERSON = /^ERR_(?:(?:PROMPT|CONFIRM|MFA|SSO|SIGN_IN|PASS|AGE)_|KEYRING_(?:LOCKED|DISMISSED)$)/

/**
 * The credentials of one profile or role, held in memory and renewed ahead of their end.
 *
 * - However many ask, one renewal runs at a time, and all get its outcome.
 * - After a failure nothing is tried for a while, twice as long each time; who asks meanwhile gets the credentials while
 *   they last, then the error.
 * - Where a failure needs a person, nobody is asked again ahead of the end, and it is looked for what others have made.
 * - Credentials that are about to end are never handed out.
 * - What nobody asked for since the last renewal is not renewed until somebody does.
 */
export class RenewingCredentials {
  readonly #dependencies: RenewalDependencies
  readonly #listeners = new Set<(credentials: Credentials) => void>()
  #credentials: Credentials | undefined
  /** Until when the credentials are handed out, in milliseconds since 1970. */
  #usableUntil = 0
  #renewAt = Number.POSITIVE_INFINITY
  #renewal: Promise<Credentials> | undefined
  #look: Promise<void> | undefined
  /** Whether somebody was asked in vain since there were new credentials. */
  #isInVain = false
  /** How often all was forgotten: what was begun before is of no use. */
  #forgotten = 0
  #failures = 0
  #notBefore = 0
  #lastError: unknown
  #isServing = false
  #isUsed = false
  #takeTimerBack: (() => void) | undefined

  constructor(dependencies: RenewalDependencies) {
    this.#dependencies = dependencies
  }

  /** The credentials if they are at hand; the same object until there are others. Called for every request. */
  ready(): Credentials | undefined {
    const now = this.#dependencies.clock.now()
    if (now >= this.#usableUntil) return undefined
    this.#isUsed = true
    // The timer may be late: a machine that slept does not count that time.
    if (now >= this.#renewAt) this.#renewAhead()
    return this.#credentials
  }

  /**
   * The credentials, once there are some.
   * @throws VaultError ERR_SERVER_LONG_LIVED when they have no end and are to be served
   * @throws VaultError ERR_SERVER_SHORT_LIVED when even new ones are about to end
   * @throws whatever making them throws; the same again while it is left off
   */
  async current(): Promise<Credentials> {
    const ready = this.ready()
    if (ready !== undefined) return ready
    if (this.#look !== undefined) {
      // Whoever looks asks nobody, and this one may.
      await this.#look
      return this.current()
    }
    const pause = this.#notBefore - this.#dependencies.clock.now()
    if (this.#renewal === undefined && pause > 0) throw pausedError(this.#lastError, pause)
    const credentials = await this.#renew()
    this.#isUsed = true
    return credentials
  }

  /** Forgets the credentials, and the failures: the next one who asks gets what can be had then. */
  forget(): void {
    this.#forgotten++
    this.#credentials = undefined
    this.#usableUntil = 0
    this.#forgetFailures()
    this.#setRenewal(Number.POSITIVE_INFINITY)
  }

  /** Calls `listener` each time when there are other credentials. Gives a function that takes it away. */
  onChange(listener: (credentials: Credentials) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /**
   * From now on, they are renewed ahead of their end.
   * @throws VaultError ERR_SERVER_LONG_LIVED when those at hand have no end
   */
  serve(): void {
    this.#isServing = true
    if (this.#credentials === undefined) return
    this.#checkEnd(this.#credentials)
    this.#plan(this.#credentials)
  }

  /** Renews nothing any more by itself. */
  close(): void {
    this.#isServing = false
    this.#takeTimerBack?.()
    this.#renewAt = Number.POSITIVE_INFINITY
  }

  /** One at a time, for all who wait. */
  #renew(): Promise<Credentials> {
    this.#renewal ??= this.#renewOnce().finally(() => {
      this.#renewal = undefined
    })
    return this.#renewal
  }

  async #renewOnce(): Promise<Credentials> {
    const { obtain } = this.#dependencies
    for (;;) {
      const forgotten = this.#forgotten
      try {
        const credentials = await obtain(this.#wantedSeconds())
        if (forgotten !== this.#forgotten) continue
        this.#checkEnd(credentials)
        this.#accept(credentials)
        return credentials
      } catch (error) {
        if (forgotten !== this.#forgotten) continue
        this.#failed(error)
        throw error
      }
    }
  }

  /** Of those that are kept, the ones that we have would be found again. */
  #wantedSeconds(): number | undefined {
    const { expiration } = this.#credentials ?? {}
    const left = expiration === undefined ? 0 : (expiration.getTime() - this.#dependencies.clock.now()) / 1000
    return left > 0 ? Math.ceil(left) + 1 : undefined
  }

  async #lookOnce(obtainSilently: (minimumSeconds?: number) => Promise<Credentials>): Promise<void> {
    const { logger, owner } = this.#dependencies
    const forgotten = this.#forgotten
    try {
      const credentials = await obtainSilently(this.#wantedSeconds())
      if (forgotten !== this.#forgotten) return
      this.#checkEnd(credentials)
      this.#accept(credentials)
    } catch (error) {
      if (forgotten !== this.#forgotten) return
      logger.debug(`nothing new yet for ${owner}: ${(error as Error).message}`)
      this.#planLook()
    }
  }

  #checkEnd({ expiration }: Credentials): void {
    if (!this.#isServing) return
    const { owner, clock } = this.#dependencies
    if (expiration === undefined) {
      throw new VaultError(
        'ERR_SERVER_LONG_LIVED',
        `the credentials of ${owner} have no end, and such are not served`,
        {
          hint: 'leave out --no-session, or run the program without a server',
        },
      )
    }
    if (expiration.getTime() - clock.now() > MARGIN) return
    throw new VaultError('ERR_SERVER_SHORT_LIVED', `even the new credentials of ${owner} are about to end`, {
      hint: 'check the clock of this machine, and what gives these credentials',
      facts: { expiration },
    })
  }

  #accept(credentials: Credentials): void {
    const { logger, owner } = this.#dependencies
    const seconds = Math.floor(
      ((credentials.expiration?.getTime() ?? Number.NaN) - this.#dependencies.clock.now()) / 1000,
    )
    if (this.#isServing) logger.debug(`got credentials of ${owner} to serve`, { seconds })
    this.#credentials = credentials
    this.#usableUntil = (credentials.expiration?.getTime() ?? Number.POSITIVE_INFINITY) - MARGIN
    this.#forgetFailures()
    this.#isUsed = false
    if (this.#isServing) this.#plan(credentials)
    for (const listener of this.#listeners) listener(credentials)
  }

  #forgetFailures(): void {
    this.#failures = 0
    this.#notBefore = 0
    this.#lastError = undefined
    this.#isInVain = false
  }

  #failed(error: unknown): void {
    const { clock, random, logger, owner } = this.#dependencies
    this.#failures++
    this.#lastError = error
    const person = personNeeded(error)
    this.#notBefore = clock.now() + pauseAfter(this.#failures, person, random())
    if (this.#isServing) {
      const say = this.#failures === 1 ? 'warn' : 'debug'
      const hint = isVaultError(error) && error.hint !== undefined ? ` (${error.hint})` : ''
      logger[say](`the credentials of ${owner} could not be renewed: ${(error as Error).message}${hint}`)
    }
    // Who could not be asked is asked again when somebody needs it, not before.
    this.#isInVain = person !== 'no'
    if (this.#isInVain) this.#planLook()
    else this.#setRenewal(this.#notBefore)
  }

  /** Looks again in a while, as long as those at hand are good. */
  #planLook(): void {
    const { clock, random, obtainSilently } = this.#dependencies
    const time = clock.now() + pauseBetweenLooks(random())
    const isOfUse = obtainSilently !== undefined && time < this.#usableUntil
    this.#setRenewal(isOfUse ? time : Number.POSITIVE_INFINITY)
  }

  #plan({ expiration }: Credentials): void {
    const { clock, random } = this.#dependencies
    if (expiration !== undefined) this.#setRenewal(renewalTime(expiration.getTime(), clock.now(), random()))
  }

  #setRenewal(time: number): void {
    this.#takeTimerBack?.()
    this.#takeTimerBack = undefined
    this.#renewAt = this.#isServing ? time : Number.POSITIVE_INFINITY
    if (!Number.isFinite(this.#renewAt)) return
    const { clock, timers } = this.#dependencies
    this.#takeTimerBack = timers.after(time - clock.now(), () => {
      if (this.#isUsed) this.#renewAhead()
    })
  }

  /** Renews while those at hand are still good. A failure has been said and noted. */
  #renewAhead(): void {
    const { clock, obtainSilently } = this.#dependencies
    if (this.#renewal !== undefined || this.#look !== undefined) return
    if (this.#isInVain && obtainSilently !== undefined) {
      this.#look = this.#lookOnce(obtainSilently).finally(() => {
        this.#look = undefined
      })
      return
    }
    if (clock.now() < this.#notBefore) return
    this.#renew().catch(() => {})
  }
}

function personNeeded(error: unknown): PersonNeeded {
  if (!isVaultError(error) || !NEEDS_A_PERSON.test(error.code)) return 'no'
  return error.code === 'ERR_PROMPT_UNAVAILABLE' ? 'could not be asked' : 'was asked'
}

/** The error of the failure that is paused after, and when asking again is of use. */
function pausedError(error: unknown, pause: number): unknown {
  if (!isVaultError(error)) return error
  const { code, message, hint, facts } = error
  return new VaultError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    facts: { ...facts, retryAfterSeconds: Math.ceil(pause / 1000) },
    cause: error,
  })
}
