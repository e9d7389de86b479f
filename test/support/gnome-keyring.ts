import type { ChildProcess } from 'node:child_process'
import { type Bus, Variant } from '@aws-vault/plugin-sdk/dbus'
import { missing } from './needs.ts'
import { end, SessionBus, type SessionBusOptions } from './session-bus.ts'

/** The program that shows GNOME Keyring's questions. */
const PROMPTER = '/usr/libexec/gcr-prompter'
const SERVICE = { destination: 'org.freedesktop.secrets', path: '/org/freedesktop/secrets' }

/** GNOME Keyring on a bus of its own. */
export class GnomeKeyring implements AsyncDisposable {
  readonly bus: SessionBus
  readonly #connection: Bus
  daemon: ChildProcess

  private constructor(bus: SessionBus, daemon: ChildProcess, connection: Bus) {
    this.bus = bus
    this.daemon = daemon
    this.#connection = connection
  }

  /** What it needs that this machine has not; `false` if nothing. */
  static readonly missing = (): string | false => SessionBus.missing() || missing('gnome-keyring-daemon', 'secret-tool')

  /** What its windows need, too. */
  static readonly missingPrompter = (): string | false => missing(PROMPTER)

  /** @param env with `DISPLAY` it has its own prompter there, else it cannot ask anybody */
  static async start({ env = {}, services = {} }: SessionBusOptions = {}): Promise<GnomeKeyring> {
    const prompter: Record<string, string> = env.DISPLAY ? { 'org.gnome.keyring.SystemPrompter': PROMPTER } : {}
    const bus = await SessionBus.start({ env, services: { ...prompter, ...services } })
    return new GnomeKeyring(bus, await startDaemon(bus), await bus.connect())
  }

  /** Has a new process in place of the one that runs or ran. What it has is locked. */
  async restart(): Promise<void> {
    await end(this.daemon)
    this.daemon = await startDaemon(this.bus)
  }

  /** Makes an unlocked collection without asking anybody, as the login does it for `login`. */
  async makeCollection(label: string, password = 'secret'): Promise<string> {
    const properties = new Map([['org.freedesktop.Secret.Collection.Label', new Variant('s', label)]])
    return (await this.#internal('CreateWithMasterPassword', 'a{sv}', properties, password)) as string
  }

  /** Unlocks a collection without asking anybody. */
  async unlock(path: string, password: string): Promise<void> {
    await this.#internal('UnlockWithMasterPassword', 'o', path, password)
  }

  async #internal(member: string, type: string, subject: unknown, password: string): Promise<unknown> {
    const [, session] = await this.#connection.call({
      ...{ ...SERVICE, interface: 'org.freedesktop.Secret.Service', member: 'OpenSession' },
      ...{ signature: 'sv', args: ['plain', new Variant('s', '')] },
    })
    const [path] = await this.#connection.call({
      ...{ ...SERVICE, interface: 'org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface' },
      ...{ member, signature: `${type}(oayays)` },
      args: [subject, [session, new Uint8Array(), Buffer.from(password), 'text/plain']],
    })
    return path
  }

  /** Locks a collection. */
  async lock(path: string): Promise<void> {
    const call = { ...SERVICE, interface: 'org.freedesktop.Secret.Service', member: 'Lock', signature: 'ao' }
    await this.#connection.call({ ...call, args: [[path]] })
  }

  /** Removes a collection. */
  async remove(path: string): Promise<void> {
    const call = { ...SERVICE, path, interface: 'org.freedesktop.Secret.Collection', member: 'Delete' }
    await this.#connection.call(call)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bus[Symbol.asyncDispose]()
  }
}

const startDaemon = (bus: SessionBus): Promise<ChildProcess> =>
  bus.startDaemon('org.freedesktop.secrets', 'gnome-keyring-daemon', ['--foreground', '--components=secrets'])
