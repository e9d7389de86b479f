import { realpathSync } from 'node:fs'
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
} from '@aws-vault/plugin-sdk'
import { configPath } from './aws-config/config-path.ts'
import type { Origin } from './aws-config/origin.ts'
import { type ConfigFile, readConfigFile } from './aws-config/read-config.ts'
import { Contributions, loadPart } from './contributions/contributions.ts'
import type { InstalledParts } from './contributions/installed-parts.ts'
import type { Part } from './contributions/part.ts'
import { withFileLock } from './locks/file-lock.ts'
import { createLogger } from './output/logger.ts'
import type { Redactor } from './output/redactor.ts'
import { expandHome } from './settings/option-value.ts'
import { Settings } from './settings/settings.ts'
import { readSettingsFile } from './settings/settings-file.ts'
import { chooseBackend } from './vault/choose-backend.ts'
import { CredentialStore } from './vault/credential-store.ts'
import { SessionCache } from './vault/session-cache.ts'
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
  async keystore(): Promise<Keystore> {
    const { settings } = await this.settings()
    const chosen = settings.core('backend')
    return this.#part<KeyringBackend>('keyrings', chosen?.value ?? (await this.#bestBackend()), chosen?.origin)
  }

  /** What lies in that keystore. */
  vault(): Promise<Vault> {
    return this.#once('vault', async () => {
      const { part, implementation, context } = await this.keystore()
      const keyring: Keyring = await implementation.open(context)
      this.#disposals.push(() => keyring.close())
      const store = Object.entries(part.declaration.options ?? {})
        .filter(([, { secret, type }]) => !secret && (type === undefined || type === 'string' || type === 'path'))
        .map(([name, { type }]) => [name, type === 'path' ? realPath(context.options[name]) : context.options[name]])
      return {
        backend: part.name,
        identity: JSON.stringify([part.name, part.packageName, store]),
        credentials: new CredentialStore(keyring, secret => this.redactor.add(secret)),
        sessions: new SessionCache(keyring, this.clock, secret => this.redactor.add(secret)),
        ssoTokens: new SsoTokens(keyring, secret => this.redactor.add(secret)),
      }
    })
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

  /** Asks the person at the desk. A secret answer is blacked out from then on. */
  readonly ask = async (request: PromptRequest): Promise<string> => {
    const { settings } = await this.settings()
    const name = settings.core('prompt')?.value ?? 'terminal'
    if (name === 'terminal') {
      const answered = await this.#terminal?.(request)
      if (answered !== undefined) {
        if (request.secret) this.redactor.add(answered)
        return answered
      }
      if (this.#sharesTerminal) await refuseSharedTerminal(request)
    }
    const { implementation, context } = await this.#part<Prompt>('prompts', name)
    const answer = await this.#asked(implementation, request, context)
    if (request.secret) this.redactor.add(answer)
    return answer
  }

  /** From now on another program runs on our terminal, or nobody looks at it: no question may get in its way. */
  shareTerminal(): void {
    this.#sharesTerminal = true
  }

  /**
   * Puts somebody in place of the terminal, who asks in his own: a process that has none is started by one that has.
   * @param ask throws a PromptUnavailableError when nobody is there any more
   */
  askInstead(ask: Ask): void {
    this.#terminal = ask
  }

  async #asked(prompt: Prompt, request: PromptRequest, context: PartContext): Promise<string> {
    try {
      return await prompt.ask(request, context)
    } catch (cause) {
      if (!isVaultError(cause, 'ERR_PROMPT_UNAVAILABLE') || request.instead === undefined) throw cause
      throw new PromptUnavailableError(`${request.message}: ${cause.message}`, { hint: request.instead, cause })
    }
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
  }

  async #bestBackend(): Promise<string> {
    const { contributions } = await this.settings()
    // A keystore is never swapped by what is installed: those of plugins are used where the user names them.
    const builtIn = contributions.parts.filter(part => part.kind === 'keyrings' && part.builtIn).map(part => part.name)
    return chooseBackend(builtIn, async (name): Promise<Availability> => {
      const part = contributions.part('keyrings', name)
      const { platforms } = part.declaration
      if (platforms && !platforms.includes(this.world.platform))
        return { available: false, reason: 'not for this system' }
      const { implementation, context } = await this.#part<KeyringBackend>('keyrings', name)
      return implementation.available(context)
    })
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
    return { ...this.callContext(), options }
  }

  readonly #desk: Desk = {
    isWatched: () => process.getBuiltinModule('node:tty').isatty(2),
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
      desk: this.#desk,
      ask: this.ask,
      withLock: this.withLock,
    }
  }

  #once<T>(name: string, make: () => Promise<T>): Promise<T> {
    return this.#onceSync(name, make)
  }

  #onceSync<T>(name: string, make: () => T): T {
    if (!this.#made.has(name)) this.#made.set(name, make())
    return this.#made.get(name) as T
  }
}

/**
 * Reading from a terminal that another program has would stop us, and whoever we serve with us. Only Linux says whose
 * it is.
 */
async function refuseSharedTerminal({ message }: PromptRequest): Promise<void> {
  const { inForeground } = await import('./exec/foreground.ts')
  if (process.platform === 'linux' && inForeground()) return
  throw new PromptUnavailableError(`${message}: the terminal is another program's now`, {
    hint: 'choose another prompt with --prompt, or renew the session elsewhere, e.g. by aws-vault export',
  })
}

/** A path without links, so that one store has one name; as it is where it is not there yet. */
function realPath(path: OptionValue): OptionValue {
  try {
    return realpathSync(String(path))
  } catch {
    return path
  }
}

/** The user's home directory; `HOME` counts where it is set, also where it differs from the password database. */
export const homeDirectory = (): string => process.env.HOME || homedir()
