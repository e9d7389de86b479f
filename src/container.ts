import { homedir } from 'node:os'
import { join } from 'node:path'
import {
  type Availability,
  type CredentialProvider,
  type Desk,
  type Exposure,
  isVaultError,
  type Keyring,
  type KeyringBackend,
  type Kind,
  type Logger,
  type OptionValue,
  type PartContext,
  type Prompt,
  type PromptRequest,
  PromptUnavailableError,
  realPath,
} from '@aws-vault/plugin-sdk'
import { configPath } from './aws-config/config-path.ts'
import type { Located, Origin } from './aws-config/origin.ts'
import { type ConfigFile, readConfigFile } from './aws-config/read-config.ts'
import { Contributions, loadPart } from './contributions/contributions.ts'
import type { InstalledParts } from './contributions/installed-parts.ts'
import type { Part } from './contributions/part.ts'
import type { SignalWatch } from './exec/end-on-signal.ts'
import { type RuntimeDirectoryInput, runtimeDirectories, runtimeDirectory } from './helper/runtime-directory.ts'
import { withFileLock } from './locks/file-lock.ts'
import { createLogger } from './output/logger.ts'
import type { Person } from './output/person.ts'
import type { Redactor } from './output/redactor.ts'
import { expandHome } from './settings/option-value.ts'
import { sessionBusAddress } from './settings/session-bus.ts'
import { Settings } from './settings/settings.ts'
import { readSettingsFile } from './settings/settings-file.ts'
import { CredentialStore } from './vault/credential-store.ts'
import { type DefaultKeyring, findDefaultKeyring } from './vault/default-keyring.ts'
import { LockedKeyring } from './vault/locked-keyring.ts'
import { SessionCache } from './vault/session-cache.ts'
import { SignInLogins } from './vault/sign-in-logins.ts'
import { SsoTokens } from './vault/sso-tokens.ts'

/** What the container is made from: the world outside, in one place. */
export interface World {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly homeDirectory: string
  /** oclif's directories for this user. */
  readonly directories: { readonly config: string; readonly data: string; readonly cache: string }
  readonly installed: InstalledParts
  /** The flags of the command, by their names. */
  readonly flags: Readonly<Record<string, unknown>>
  readonly redactor: Redactor
  readonly debug: boolean
}

/** A kind of keyring, with what it takes to open it. */
export interface Keystore {
  readonly part: Part
  readonly implementation: KeyringBackend
  readonly context: PartContext
  /** To be put around what is opened: notes that a keyring that nobody named is in use, or fails. */
  watch(keyring: Keyring): Keyring
}

/** Asks the person at the desk. */
export type Ask = (request: PromptRequest) => Promise<string>

/** An open keyring and what lies in it. */
export interface Vault {
  /** The backend's name, for messages. */
  readonly backend: string
  /** Names the very store, for locks: two processes that use the same one have the same identity. */
  readonly identity: string
  readonly credentials: CredentialStore
  readonly sessions: SessionCache
  readonly ssoTokens: SsoTokens
  readonly signInLogins: SignInLogins
  /** The keyring itself, for what has items of a kind of its own. */
  readonly keyring: Keyring
}

/** A keyring that is opened by name, beside the one in which the credentials are looked for. */
export interface NamedKeyring {
  readonly keyring: Keyring
  readonly part: Part
  /** As {@link Vault.identity}. */
  readonly identity: string
  /** Its options that say which store it is, by their names. */
  readonly options: Readonly<Record<string, OptionValue>>
}

/** How a keyring is opened otherwise than the user's settings say. */
export interface KeyringWishes {
  /** Options by the names of their flags. */
  readonly flags?: Readonly<Record<string, string>>
  /** What stands behind the name of a secret's variable where this keyring has one of its own, e.g. `_TO`. */
  readonly secretSuffix?: string
  /** Whether nobody may be asked anything for it. */
  readonly silent?: boolean
}

/**
 * The services that commands ask for, each made when first asked for and once only. {@link Container.dispose} lets go of
 * them in reverse order.
 */
export class Container {
  readonly world: World
  readonly logger: Logger
  readonly redactor: Redactor
  readonly #made = new Map<string, unknown>()
  readonly #disposals: (() => Promise<void>)[] = []
  readonly #interruption = new AbortController()
  #signals: SignalWatch | undefined
  #leavesSignals = false
  #isInterrupted = false
  #hangs = false
  /** Who gets the credentials, for the person who is asked. */
  recipient: string | undefined
  #sharesTerminal = false
  #terminal: Ask | undefined

  constructor(world: World) {
    this.world = world
    this.redactor = world.redactor
    this.logger = createLogger(this.redactor, world.debug)
  }

  /** The user's settings and the parts there are, which decide together what a name means. */
  settings(): Promise<{ settings: Settings; contributions: Contributions }> {
    return this.#once('settings', async () => {
      const file = await readSettingsFile(this.world.directories.config)
      const { flags, environment, homeDirectory, installed } = this.world
      const settings = new Settings({ flags, environment, file, homeDirectory })
      const contributions = new Contributions(installed, file.choices)
      for (const { message, hint } of contributions.problems) this.logger.warn(`${message} (${hint})`)
      for (const name of settings.unknownNames(contributions)) {
        this.logger.warn(`${file.path}: unknown setting "${name}"`)
      }
      return { settings, contributions }
    })
  }

  /** The AWS config file, as it stands. */
  awsConfig(): ConfigFile {
    return this.#onceSync('aws-config', () =>
      readConfigFile(configPath(this.world.environment.AWS_CONFIG_FILE, this.world.homeDirectory)),
    )
  }

  /** The keystore that the user chose, or the best one that works here. */
  keystore(): Promise<Keystore> {
    return this.#once('keystore', async () => {
      const { settings } = await this.settings()
      const chosen = settings.core('backend')
      const byDefault = chosen === undefined ? await this.#defaultKeyring() : undefined
      const name = chosen?.value ?? byDefault?.name ?? ''
      const found = await this.#part<KeyringBackend>('keyrings', name, chosen?.origin)
      return { ...found, watch: keyring => byDefault?.watch(keyring) ?? keyring }
    })
  }

  /** The name of that keystore, and who chose it. */
  async backend(): Promise<Located<string>> {
    const { settings } = await this.settings()
    return settings.core('backend') ?? { value: (await this.keystore()).part.name, origin: { kind: 'default' } }
  }

  /** What lies in it. */
  vault(): Promise<Vault> {
    return this.#once('vault', async () => {
      const { part, implementation, context, watch } = await this.keystore()
      const opened = watch(await implementation.open(context))
      this.#disposals.push(() => opened.close())
      const identity = identityOf(part, implementation, context)
      const keyring = new LockedKeyring(opened, identity, this.withLock, this.logger)
      return {
        backend: part.name,
        identity,
        credentials: new CredentialStore(keyring, secret => this.redactor.add(secret)),
        sessions: new SessionCache(keyring, this.clock, secret => this.redactor.add(secret)),
        ssoTokens: new SsoTokens(keyring, secret => this.redactor.add(secret)),
        signInLogins: new SignInLogins(keyring, secret => this.redactor.add(secret)),
        keyring,
      }
    })
  }

  /**
   * A keyring by its name, opened as `wishes` say and anew at each call: two of one kind can be open at once. It takes no
   * locks of ours: who changes items does so under `keyringLock(identity)`.
   * @throws VaultError when there is none of that name, it cannot be loaded or an option is none of its own
   */
  async keyring({ value: name, origin }: Located<string>, wishes: KeyringWishes = {}): Promise<NamedKeyring> {
    const { settings, contributions } = await this.settings()
    const part = contributions.part('keyrings', name, origin)
    const context = this.#context(part, settings.forPart(part, wishes.flags ?? {}, wishes.secretSuffix))
    const ask = (): Promise<never> => Promise.reject(new PromptUnavailableError('nobody is asked now'))
    const backend = await loadPart<KeyringBackend>(part)
    const keyring = await backend.open(wishes.silent ? { ...context, ask } : context)
    this.#disposals.push(() => keyring.close())
    const identity = identityOf(part, backend, context)
    return { keyring, part, identity, options: storeOptions(part, context.options) }
  }

  /**
   * Whether a part works here: it is for this system, can be loaded, and, a keyring, says so itself.
   * @throws VaultError when it cannot be loaded or told its options
   */
  async available(part: Part): Promise<Availability> {
    const { platforms } = part.declaration
    if (platforms && !platforms.includes(this.world.platform))
      return { available: false, reason: 'not for this system' }
    const { settings } = await this.settings()
    const loaded = await loadPart<KeyringBackend>(part)
    return part.kind === 'keyrings' ? loaded.available(this.#context(part, settings)) : { available: true }
  }

  /** The credential provider of that name, and its context. */
  async provider(name: string): Promise<{ provider: CredentialProvider; context: PartContext }> {
    const { implementation, context } = await this.#part<CredentialProvider>('providers', name)
    return { provider: implementation, context }
  }

  /** The exposure of that name, and its context. */
  async exposure(name: string): Promise<{ exposure: Exposure; context: PartContext }> {
    const { implementation, context } = await this.#part<Exposure>('exposures', name)
    return { exposure: implementation, context }
  }

  /** The part whose `help` a process of its own runs, and its context. */
  helper(kind: Kind, name: string): Promise<{ implementation: Pick<KeyringBackend, 'help'>; context: PartContext }> {
    return this.#part<Pick<KeyringBackend, 'help'>>(kind, name)
  }

  /** Asks the person at the desk. A secret answer is blacked out from then on. */
  readonly ask = async (request: PromptRequest): Promise<string> => {
    const answer = await this.#answer(request)
    if (request.secret) this.redactor.add(answer)
    return answer
  }

  /** From now on another program runs on our terminal, or nobody looks at it: no question may get in its way. */
  shareTerminal(): void {
    this.#sharesTerminal = true
    this.leaveSignals()
  }

  /** From now on somebody else decides what becomes of a signal, and lets go of everything in the end. */
  leaveSignals(): void {
    this.#leavesSignals = true
    this.#signals?.release()
    this.#signals = undefined
  }

  /** Whether a signal is ending us, so that nobody needs to be told why things fail. */
  get isInterrupted(): boolean {
    return this.#isInterrupted
  }

  /**
   * Puts somebody in place of the terminal, who asks in his own: a process that has none is started by one that has.
   * @param ask throws a PromptUnavailableError when nobody is there any more
   */
  askInstead(ask: Ask): void {
    this.#terminal = ask
  }

  /** What {@link promptsToTry} says is asked: the first one that can. Another one than the terminal is named. */
  async #answer(request: PromptRequest): Promise<string> {
    const [first = '', ...others] = await this.#promptsFor(request)
    try {
      return await this.#askBy(first, request)
    } catch (cause) {
      if (!isVaultError(cause, 'ERR_PROMPT_UNAVAILABLE')) throw cause
      let failure = cause
      for (const name of others) {
        try {
          this.logger.warn(`asking by ${name}: ${cause.message}`)
          return await this.#askBy(name, request)
        } catch (error) {
          if (!isVaultError(error, 'ERR_PROMPT_UNAVAILABLE')) throw error
          failure = new PromptUnavailableError(`${failure.message}; ${error.message}`, {
            hint: DESKTOP_HINT,
            cause: error,
          })
        }
      }
      if (request.instead === undefined) throw failure
      throw new PromptUnavailableError(`${request.message}: ${failure.message}`, {
        hint: request.instead,
        cause: failure,
      })
    }
  }

  async #promptsFor({ mfaSerial }: PromptRequest): Promise<readonly string[]> {
    const { settings } = await this.settings()
    const { environment, platform } = this.world
    const named = settings.core('prompt')?.value
    const { promptsToTry } = await import('./settings/choose-prompt.ts')
    const onlyMfaCodes = named !== undefined && (await this.#part<Prompt>('prompts', named)).implementation.onlyMfaCodes
    return promptsToTry({ named, answers: !onlyMfaCodes || mfaSerial !== undefined, environment, platform })
  }

  async #askBy(name: string, request: PromptRequest): Promise<string> {
    if (name === 'terminal') {
      const answered = await this.#terminal?.(request)
      if (answered !== undefined) return answered
      if (this.#sharesTerminal) await refuseSharedTerminal()
    }
    const { implementation, context } = await this.#part<Prompt>('prompts', name)
    return implementation.ask(request, context)
  }

  /** Whether MFA codes come from a device by themselves, so that asking again gives the same one for a while. */
  async givesMfaCodesItself(): Promise<boolean> {
    const { settings } = await this.settings()
    const named = settings.core('prompt')?.value
    return named !== undefined && (await this.#part<Prompt>('prompts', named)).implementation.onlyMfaCodes === true
  }

  /** Aborted when we let go of everything. */
  get signal(): AbortSignal {
    return this.#interruption.signal
  }

  readonly clock: { now(): number } = { now: () => Date.now() }

  /** Runs a task while no other process of this user runs one under the same name. */
  readonly withLock = <T>(name: string, task: () => Promise<T>, onWait?: () => void): Promise<T> =>
    withFileLock(join(this.world.directories.cache, 'locks'), name, task, {
      signal: this.#interruption.signal,
      ...(onWait === undefined ? {} : { onWait }),
    })

  /** Lets go of what was made, last first. A part that fails to close stops no other one. */
  async dispose(): Promise<void> {
    this.#interruption.abort()
    for (const dispose of this.#disposals.splice(0).reverse()) {
      try {
        await dispose()
      } catch (error) {
        this.logger.debug(`closing failed: ${(error as Error).message}`)
      }
    }
    this.leaveSignals()
  }

  async #defaultKeyring(): Promise<DefaultKeyring> {
    const { contributions } = await this.settings()
    const { environment, platform, homeDirectory, directories } = this.world
    return findDefaultKeyring({
      environment,
      platform,
      homeDirectory,
      dataDirectory: directories.data,
      logger: this.logger,
      builtIn: contributions.parts.filter(part => part.kind === 'keyrings' && part.builtIn),
      part: name => contributions.part('keyrings', name),
      load: name => this.#part<KeyringBackend>('keyrings', name),
      onHang: () => {
        this.#hangs = true
      },
    })
  }

  /** Whether some part did not answer and may still be at it, so that the process would not end by itself. */
  get hangs(): boolean {
    return this.#hangs
  }

  /** @param askedBy where the user named it, for the error if there is none of that name */
  #part<T>(
    kind: Kind,
    name: string,
    askedBy?: Origin,
  ): Promise<{ part: Part; implementation: T; context: PartContext }> {
    return this.#once(`${kind}/${name}`, async () => {
      const { settings, contributions } = await this.settings()
      const part = contributions.part(kind, name, askedBy)
      const context = this.#context(part, settings)
      return { part, implementation: await loadPart<T>(part), context }
    })
  }

  #context(part: Part, settings: Settings): PartContext {
    const options = settings.optionsOf(part)
    for (const [name, option] of Object.entries(part.declaration.options ?? {})) {
      if (option.secret) this.redactor.add(options[name] as string | undefined)
    }
    return { ...this.callContext(), options, startHelper: input => this.#startHelper(part, input) }
  }

  async #startHelper(part: Part, input: Uint8Array): Promise<void> {
    const { startHelper } = await import('./helper/start-helper.ts')
    await startHelper({
      program: [process.execPath, process.argv[1] ?? ''],
      args: ['helper', part.kind, part.name],
      environment: await this.#programEnvironment(),
      input,
      platform: this.world.platform,
      signal: this.signal,
    })
  }

  readonly #person = (): Promise<Person> =>
    this.#once('person', async () => {
      const { personAtTerminal } = await import('./output/person.ts')
      return personAtTerminal(this.redactor, this.world.platform)
    })

  readonly #desk: Desk = {
    isWatched: async () => (await this.#person()).isThere(),
    show: async line => (await this.#person()).show(line),
    canBrowse: async () => {
      const [{ settings }, { canOpenBrowser }] = await Promise.all([this.settings(), import('./exec/open-browser.ts')])
      return canOpenBrowser(this.world.environment, this.world.platform, settings.core('browser')?.value)
    },
    browse: async url => {
      const [all, { openBrowser }] = await Promise.all([this.settings(), import('./exec/open-browser.ts')])
      const secretVariables = all.contributions.secretVariables()
      await openBrowser(url, { browser: all.settings.core('browser')?.value, secretVariables })
    },
  }

  readonly #programEnvironment = async (): Promise<Record<string, string>> => {
    const [all, { programEnvironment }] = await Promise.all([this.settings(), import('./exec/child-environment.ts')])
    const { environment: inherited, platform } = this.world
    await this.#watchSignals()
    return programEnvironment({ inherited, secretVariables: all.contributions.secretVariables(), platform })
  }

  /** Who asks for a program's environment starts a program, which must not outlive us. */
  async #watchSignals(): Promise<void> {
    const { endOnSignal } = await import('./exec/end-on-signal.ts')
    if (this.#leavesSignals || this.signal.aborted) return
    this.#signals ??= endOnSignal(reason => {
      this.#isInterrupted = true
      this.#interruption.abort(reason)
    })
  }

  /** What calls to AWS of our own may use: a part's context without options. */
  callContext(): PartContext {
    const { environment, platform, homeDirectory } = this.world
    const { AWS_CA_BUNDLE: caBundle } = environment
    const httpsProxy = environment.HTTPS_PROXY || environment.https_proxy
    const noProxy = environment.NO_PROXY || environment.no_proxy
    return {
      options: {},
      logger: this.logger,
      clock: this.clock,
      signal: this.#interruption.signal,
      http: {
        ...(caBundle ? { caBundle: expandHome(caBundle, homeDirectory) } : {}),
        ...(httpsProxy ? { httpsProxy } : {}),
        ...(noProxy ? { noProxy } : {}),
      },
      platform,
      homeDirectory,
      sessionBus: sessionBusAddress(environment),
      desk: this.#desk,
      programEnvironment: this.#programEnvironment,
      ask: this.ask,
      withLock: this.withLock,
      runtimeDirectory: () => this.#runtimeDirectory(),
      runtimeDirectories: () => runtimeDirectories(this.#runtimeDirectoryInput()),
      startHelper: () => Promise.reject(new Error('only parts have helpers')),
    }
  }

  #runtimeDirectory(): string {
    return this.#onceSync('runtime-directory', () => runtimeDirectory(this.#runtimeDirectoryInput()))
  }

  #runtimeDirectoryInput(): RuntimeDirectoryInput {
    const { environment, directories, platform } = this.world
    const userId = platform === 'win32' ? undefined : process.getuid?.()
    return { environment, cache: directories.cache, userId }
  }

  #once<T>(name: string, make: () => Promise<T>): Promise<T> {
    return this.#onceSync(name, make)
  }

  #onceSync<T>(name: string, make: () => T): T {
    if (!this.#made.has(name)) this.#made.set(name, make())
    return this.#made.get(name) as T
  }
}

const DESKTOP_HINT = 'run it in a terminal, or install zenity, kdialog or a pinentry'

/** The options of a keyring that say which store it is: texts and paths, these without links. */
function storeOptions(part: Part, options: PartContext['options']): Record<string, OptionValue> {
  const entries = Object.entries(part.declaration.options ?? {})
    .filter(([, { secret, type }]) => !secret && (type === undefined || type === 'string' || type === 'path'))
    .map(([name, { type }]) => [name, type === 'path' ? realPathOf(options[name]) : options[name]] as const)
  return Object.fromEntries(entries)
}

/** The backend's own word for its store, else the options that name it. */
const identityOf = (part: Part, backend: KeyringBackend, context: PartContext): string => {
  const store = backend.identity?.(context) ?? Object.entries(storeOptions(part, context.options))
  return JSON.stringify([part.name, part.packageName, store])
}

/**
 * Reading from a terminal that another program has would stop us, and whoever we serve with us. Only Linux says whose
 * it is.
 */
async function refuseSharedTerminal(): Promise<void> {
  const { inForeground } = await import('./exec/foreground.ts')
  if (process.platform === 'linux' && inForeground()) return
  throw new PromptUnavailableError("the terminal is another program's now", {
    hint: 'choose another prompt with --prompt, or renew the session elsewhere, e.g. by aws-vault export',
  })
}

/** A path without links, so that one store has one name. */
const realPathOf = (path: OptionValue): OptionValue => (typeof path === 'string' && path !== '' ? realPath(path) : path)

/** The user's home directory; `HOME` counts where it is set, also where it differs from the password database. */
export const homeDirectory = (): string => process.env.HOME || homedir()
