import { join } from 'node:path'
import type {
  Availability,
  CredentialProvider,
  Exposure,
  KeyringBackend,
  Kind,
  Logger,
  PartContext,
} from '@aws-vault/plugin-sdk'
import { configPath } from './aws-config/config-path.ts'
import type { Located } from './aws-config/origin.ts'
import type { ConfigFile } from './aws-config/read-config.ts'
import { makeCallContext } from './container/call-context.ts'
import { CurrentConfig } from './container/current-config.ts'
import { deskOf } from './container/desk.ts'
import { Disposals } from './container/disposals.ts'
import { Interruption } from './container/interruption.ts'
import { Keyrings, type KeyringWishes, type Keystore, type NamedKeyring } from './container/keyrings.ts'
import { once } from './container/once.ts'
import { Parts } from './container/parts.ts'
import { environmentForPrograms } from './container/program-environment.ts'
import { type Ask, Questions } from './container/questions.ts'
import type { Recipient } from './container/recipient.ts'
import { Silence } from './container/silence.ts'
import { readUserSettings, type UserSettings } from './container/user-settings.ts'
import { type Vault, vaultIn } from './container/vault.ts'
import type { World } from './container/world.ts'
import type { Part } from './contributions/part.ts'
import { withFileLock } from './locks/file-lock.ts'
import { createLogger } from './output/logger.ts'
import type { Redactor } from './output/redactor.ts'

export type { KeyringWishes, Keystore, NamedKeyring } from './container/keyrings.ts'
export type { Ask } from './container/questions.ts'
export type { Vault } from './container/vault.ts'
export type { World } from './container/world.ts'

/**
 * The services that commands ask for, each made when first asked for and once only; what makes them is in `container/`.
 * {@link Container.dispose} lets go of them in reverse order.
 */
export class Container {
  readonly world: World
  readonly logger: Logger
  readonly redactor: Redactor
  readonly clock: { now(): number } = { now: () => Date.now() }
  /** Who gets the credentials; set by the command that hands them out. */
  recipient: Recipient | undefined
  readonly #disposals = new Disposals()
  readonly #interruption = new Interruption()
  readonly #parts: Parts
  readonly #questions: Questions
  readonly #keyrings: Keyrings
  readonly #silence = new Silence()
  readonly #config = new CurrentConfig(() =>
    configPath(this.world.environment.AWS_CONFIG_FILE, this.world.homeDirectory),
  )
  #opened: ReturnType<Keyrings['open']> | undefined
  #vault: Promise<Vault> | undefined

  constructor(world: World) {
    this.world = world
    this.redactor = world.redactor
    this.logger = createLogger(this.redactor, world.debug)
    const { logger, settings: userSettings } = this
    this.#parts = new Parts({ world, userSettings, callContext: this.callContext })
    this.#questions = new Questions({ world, logger, userSettings, parts: this.#parts, silence: this.#silence })
    this.#keyrings = new Keyrings({ world, logger, userSettings, parts: this.#parts, disposals: this.#disposals })
  }

  /** The user's settings and the parts there are, which decide together what a name means. */
  readonly settings: () => Promise<UserSettings> = once(() => readUserSettings(this.world, this.logger))

  /** The AWS config file, as it was when it was read last. */
  awsConfig(): ConfigFile {
    return this.#config.asRead()
  }

  /** The AWS config file as it is now, also for {@link awsConfig} from then on: the same object while nobody edits it. */
  currentAwsConfig(): ConfigFile {
    return this.#config.asItIs()
  }

  /** What lies in the keystore that is used. */
  async vault(): Promise<Vault> {
    this.#opened ??= this.#keyrings.open()
    this.#vault ??= this.#opened.then(opened => vaultIn(opened, this))
    return this.#vault
  }

  /** Closes the vault, and forgets with it what opened the keyring. Who asks for it next opens it anew. */
  async closeVault(): Promise<void> {
    const opened = this.#opened
    this.#opened = undefined
    this.#vault = undefined
    await opened?.then(
      ({ close }) => close(),
      () => {},
    )
  }

  /** What calls to AWS of our own may use: a part's context without options. */
  readonly callContext: () => PartContext = once(() => {
    const { world, logger, clock, signal, ask, withLock } = this
    const programEnvironment = () => environmentForPrograms(world, this.settings, this.#interruption)
    const desk = deskOf(world, this.settings, this.#silence)
    return makeCallContext(world, { logger, clock, signal, desk, programEnvironment, ask, withLock })
  })

  /** The keystore that the user chose, or the best one that works here. */
  keystore(): Promise<Keystore> {
    return this.#keyrings.keystore()
  }

  /** The name of that keystore, and who chose it. */
  backend(): Promise<Located<string>> {
    return this.#keyrings.backend()
  }

  /** A keyring by its name, beside the one that is used; see {@link Keyrings.named}. */
  keyring(name: Located<string>, wishes?: KeyringWishes): Promise<NamedKeyring> {
    return this.#keyrings.named(name, wishes)
  }

  /** Whether a part works here; see {@link Parts.available}. */
  available(part: Part): Promise<Availability> {
    return this.#parts.available(part)
  }

  /** The credential provider of that name, and its context. */
  async provider(name: string): Promise<{ provider: CredentialProvider; context: PartContext }> {
    const { implementation, context } = await this.#parts.inForce<CredentialProvider>('providers', name)
    return { provider: implementation, context }
  }

  /** The exposure of that name, and its context. */
  async exposure(name: string): Promise<{ exposure: Exposure; context: PartContext }> {
    const { implementation, context } = await this.#parts.inForce<Exposure>('exposures', name)
    return { exposure: implementation, context }
  }

  /** The part whose `help` a process of its own runs, and its context. */
  helper(kind: Kind, name: string): Promise<{ implementation: Pick<KeyringBackend, 'help'>; context: PartContext }> {
    return this.#parts.inForce<Pick<KeyringBackend, 'help'>>(kind, name)
  }

  /** Runs a task in which nobody is asked anything, while others may be for other tasks. */
  withoutAsking<T>(task: () => Promise<T>): Promise<T> {
    return this.#silence.keepDuring(task)
  }

  /** Asks the person at the desk. A secret answer is blacked out from then on. */
  readonly ask: Ask = request => this.#questions.ask(request)

  /** Puts somebody in place of the terminal; see {@link Questions.askInstead}. */
  askInstead(ask: Ask): void {
    this.#questions.askInstead(ask)
  }

  /** Whether MFA codes come from a device by themselves, so that asking again gives the same one for a while. */
  givesMfaCodesItself(): Promise<boolean> {
    return this.#questions.givesMfaCodesItself()
  }

  /** From now on another program runs on our terminal, or nobody looks at it: no question may get in its way. */
  shareTerminal(): void {
    this.#questions.shareTerminal()
    this.leaveSignals()
  }

  /** From now on somebody else decides what becomes of a signal, and lets go of everything in the end. */
  leaveSignals(): void {
    this.#interruption.leaveSignals()
  }

  /** Whether a signal is ending us, so that nobody needs to be told why things fail. */
  get isInterrupted(): boolean {
    return this.#interruption.isBySignal
  }

  /** Aborted when we let go of everything. */
  get signal(): AbortSignal {
    return this.#interruption.signal
  }

  /** Whether some part did not answer and may still be at it, so that the process would not end by itself. */
  get hangs(): boolean {
    return this.#keyrings.hangs
  }

  /** Runs a task while no other process of this user runs one under the same name. */
  readonly withLock = <T>(name: string, task: () => Promise<T>, onWait?: () => void): Promise<T> =>
    withFileLock(join(this.world.directories.cache, 'locks'), name, task, {
      signal: this.signal,
      ...(onWait === undefined ? {} : { onWait }),
    })

  /** Lets go of what was made, last first. A part that fails to close stops no other one. */
  async dispose(): Promise<void> {
    this.#interruption.abort()
    await this.#disposals.run(this.logger)
    this.leaveSignals()
  }
}
