import type { PartContext } from '../context.ts'
import { ANOTHER_KEYRING, isVaultError, KeyringStorageError, VaultError, type VaultErrorOptions } from '../errors.ts'
import type { Availability } from '../keyring.ts'
import { Bus, type SignalMatch } from './bus.ts'
import { BusError, CallError } from './errors.ts'
import type { Variant } from './variant.ts'

/** How long a daemon may take for anything that needs no person, in milliseconds. */
const PATIENCE = 10_000

/** How long all of the question may take whether a daemon is there, in milliseconds. */
const GLANCE = 500

/** How often we look whether a daemon that waits for a person is still there, in milliseconds. */
const HEARTBEAT = 1000

/** A name on the bus, and the path of the daemon's object there. */
export interface DaemonPlace {
  readonly name: string
  readonly path: string
}

/** A daemon that a keyring talks to. */
export interface DaemonDescription {
  /** The keyring's name, for the facts of errors. */
  readonly keyring: string
  /** What the user knows it as, in the middle of a sentence: `the KDE wallet daemon`. */
  readonly title: string
  /** Where it may be, best first. One that runs is better than one that would have to be started. */
  readonly places: readonly DaemonPlace[]
  /** How a user gets it to run. */
  readonly hint: string
}

/** How it is looked for. */
export interface FindOptions {
  /** How long it may take for each thing that needs no person, in milliseconds; 10 seconds if absent. */
  readonly patience?: number
  /** In place of the context's. */
  readonly signal?: AbortSignal
}

const GONE = new Set([
  'org.freedesktop.DBus.Error.NoReply',
  'org.freedesktop.DBus.Error.ServiceUnknown',
  'org.freedesktop.DBus.Error.NameHasNoOwner',
  'org.freedesktop.DBus.Error.Disconnected',
])

/**
 * A daemon on the user's session bus, the process that was found at first: one that takes its place has other sessions and
 * is another daemon. Every wait for it is bounded, but for {@link Daemon.waitForPerson}.
 *
 * What its methods throw: ERR_KEYRING_ABSENT when there is no bus or no daemon, ERR_KEYRING_TIMEOUT when it does not answer,
 * ERR_KEYRING_STORAGE when it ended meanwhile; a {@link CallError} when it answers with an error of its own; the reason of
 * the context's signal when that is aborted.
 */
export class Daemon {
  readonly place: DaemonPlace
  readonly #bus: Bus
  readonly #owner: string
  readonly #description: DaemonDescription
  readonly #signal: AbortSignal
  #isGone = false

  private constructor(
    bus: Bus,
    owner: string,
    place: DaemonPlace,
    description: DaemonDescription,
    { signal }: { signal: AbortSignal },
  ) {
    this.#bus = bus
    this.#owner = owner
    this.place = place
    this.#description = description
    this.#signal = signal
  }

  /** Looks for the daemon, and has the bus start it if it does not run. */
  static async find(
    { sessionBus, signal: usual, logger }: Pick<PartContext, 'sessionBus' | 'signal' | 'logger'>,
    description: DaemonDescription,
    { patience = PATIENCE, signal = usual }: FindOptions = {},
  ): Promise<Daemon> {
    if (sessionBus === undefined) {
      throw absent(description, 'there is no session bus here', {
        hint: `DBUS_SESSION_BUS_ADDRESS is not set: use aws-vault within a desktop session, or ${ANOTHER_KEYRING}`,
      })
    }
    let bus: Bus | undefined
    try {
      bus = await Bus.connect(sessionBus, { signal, patience })
      const found = (await running(bus, description)) ?? (await started(bus, description))
      if (found === undefined) throw absent(description, 'it does not run and cannot be started by the session bus')
      logger.debug(`found ${description.title}`, { name: found.place.name })
      return new Daemon(bus, found.owner, found.place, description, { signal })
    } catch (error) {
      bus?.close()
      if (error instanceof BusError && error.problem === 'absent')
        throw absent(description, error.message, { cause: error })
      if (error instanceof BusError && error.problem === 'refused') {
        throw absent(description, error.message, {
          hint: 'a session bus is for the user who logged in: run aws-vault as that user (without sudo)',
          cause: error,
        })
      }
      if (error instanceof CallError)
        throw absent(description, `it cannot be started: ${error.message}`, { cause: error })
      throw translated(error, description)
    }
  }

  /**
   * Whether the daemon is there and answers `check`, within half a second.
   * @param check says why it is of no use, or nothing
   */
  static async glance(
    context: PartContext,
    description: DaemonDescription,
    check: (daemon: Daemon) => Promise<string | undefined>,
  ): Promise<Availability> {
    const limit = AbortSignal.timeout(GLANCE)
    let daemon: Daemon | undefined
    try {
      daemon = await Daemon.find(context, description, { signal: AbortSignal.any([context.signal, limit]) })
      const reason = await check(daemon)
      return reason === undefined ? { available: true } : { available: false, reason }
    } catch (error) {
      context.signal.throwIfAborted()
      if (limit.aborted) {
        const reason = `${description.title} does not answer within ${GLANCE / 1000} seconds`
        return { available: false, reason, isSlow: true }
      }
      if (isVaultError(error) || error instanceof CallError) return { available: false, reason: error.message }
      throw error
    } finally {
      daemon?.close()
    }
  }

  /** Whether the process is known to have ended. Another one may run now. */
  get isGone(): boolean {
    return this.#isGone
  }

  /** Calls a method. A call that has to wait for a person goes through {@link Daemon.waitForPerson}. */
  call(
    path: string,
    from: string,
    member: string,
    signature = '',
    args: readonly unknown[] = [],
  ): Promise<readonly unknown[]> {
    return this.#guard(this.#bus.call({ destination: this.#owner, path, interface: from, member, signature, args }))
  }

  /** The value of a property. */
  async property(path: string, from: string, name: string): Promise<unknown> {
    const [value] = await this.call(path, 'org.freedesktop.DBus.Properties', 'Get', 'ss', [from, name])
    return (value as Variant).value
  }

  /** Calls a method that is answered when a person has, as {@link Daemon.waitForPerson} waits. */
  callPerson(
    path: string,
    from: string,
    member: string,
    signature: string,
    args: readonly unknown[],
    onWait?: () => void,
  ): Promise<readonly unknown[]> {
    const call = { destination: this.#owner, path, interface: from, member, signature, args, patience: Infinity }
    return this.waitForPerson(this.#guard(this.#bus.call(call)), onWait)
  }

  /** Calls a method whose answer is of no interest, also when we are about to end. */
  tell(path: string, from: string, member: string, signature = '', args: readonly unknown[] = []): void {
    this.#bus.tell({ destination: this.#owner, path, interface: from, member, signature, args })
  }

  /** Listens for one of its signals from now on, until the returned function is called. */
  watch(match: Omit<SignalMatch, 'sender'>, listener: (args: readonly unknown[]) => void): Promise<() => void> {
    return this.#guard(this.#bus.watch({ ...match, sender: this.#owner }, listener))
  }

  /**
   * Waits as long as the daemon lives, since a person may take any time; ends when we are interrupted.
   * @param onWait is called once, when the answer does not come within a second
   */
  async waitForPerson<T>(answer: Promise<T>, onWait?: () => void): Promise<T> {
    const { promise: end, reject } = Promise.withResolvers<never>()
    const onAbort = (): void => reject(this.#signal.reason)
    if (this.#signal.aborted) onAbort()
    else this.#signal.addEventListener('abort', onAbort, { once: true })
    let timer: NodeJS.Timeout | undefined
    let notice = onWait
    const beat = async (): Promise<void> => {
      notice?.()
      notice = undefined
      try {
        await this.call('/', 'org.freedesktop.DBus.Peer', 'Ping')
      } catch (error) {
        // Any answer is a sign of life.
        if (!(error instanceof CallError)) return reject(error)
      }
      timer?.refresh()
    }
    timer = setTimeout(beat, HEARTBEAT)
    try {
      return await Promise.race([answer, end])
    } finally {
      clearTimeout(timer)
      timer = undefined
      this.#signal.removeEventListener('abort', onAbort)
    }
  }

  close(): void {
    this.#bus.close()
  }

  async #guard<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer
    } catch (error) {
      const isGone =
        (error instanceof CallError && GONE.has(error.errorName)) ||
        (error instanceof BusError && error.problem === 'closed')
      if (!isGone) throw translated(error, this.#description)
      this.#isGone = true
      const { title, keyring, hint } = this.#description
      throw new KeyringStorageError(`${title} ended before it had answered`, {
        hint: `try again; ${hint}`,
        facts: { keyring },
        cause: error,
      })
    }
  }
}

interface Found {
  readonly place: DaemonPlace
  readonly owner: string
}

async function running(bus: Bus, { places }: DaemonDescription): Promise<Found | undefined> {
  const owners = await Promise.all(places.map(({ name }) => bus.ownerOf(name)))
  return places.flatMap((place, index) => {
    const owner = owners[index]
    return owner === undefined ? [] : [{ place, owner }]
  })[0]
}

async function started(bus: Bus, { places }: DaemonDescription): Promise<Found | undefined> {
  const [names] = await bus.callBus('ListActivatableNames')
  const place = places.find(({ name }) => (names as string[]).includes(name))
  if (place === undefined) return undefined
  await bus.callBus('StartServiceByName', 'su', [place.name, 0])
  const owner = await bus.ownerOf(place.name)
  return owner === undefined ? undefined : { place, owner }
}

function absent({ title, keyring, hint }: DaemonDescription, why: string, options: VaultErrorOptions = {}): VaultError {
  return new VaultError('ERR_KEYRING_ABSENT', `${title} cannot be reached: ${why}`, {
    hint: `${hint}, or ${ANOTHER_KEYRING}`,
    facts: { keyring },
    ...options,
  })
}

function translated(error: unknown, { title, keyring, hint }: DaemonDescription): unknown {
  if (!(error instanceof BusError)) return error
  if (error.problem === 'timeout') {
    return new VaultError('ERR_KEYRING_TIMEOUT', `${title} does not answer: ${error.message}`, {
      hint: `it may hang: end it and try again; ${hint}`,
      facts: { keyring },
      cause: error,
    })
  }
  return new KeyringStorageError(`${title} cannot be used: ${error.message}`, { facts: { keyring }, cause: error })
}
