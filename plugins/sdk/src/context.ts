import type { PromptRequest } from './prompt.ts'

/** The value of an option that a part declares in its package.json. */
export type OptionValue = string | number | boolean | undefined

/** Writes to stderr. Every secret in play is blacked out before anything is written. */
export interface Logger {
  /** Shown with `--debug` only. */
  debug(message: string, facts?: Readonly<Record<string, unknown>>): void
  /** Shown always, one line. */
  warn(message: string): void
}

/** Replaced by tests, so that a day passes in no time. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number
}

/** How HTTP calls leave this machine; resolved from `AWS_CA_BUNDLE`, `HTTPS_PROXY` and `NO_PROXY`. */
export interface HttpOptions {
  /** Path of a PEM file with the certificate authorities to trust beside the built-in ones. */
  readonly caBundle?: string
  /** Address of the proxy for https addresses. */
  readonly httpsProxy?: string
  /** Comma-separated hosts that are reached without the proxy. */
  readonly noProxy?: string
  /** How long to wait for an answer, in seconds; 30 if absent. */
  readonly timeoutSeconds?: number
}

/** The person at the desk, as far as can be told without asking. */
export interface Desk {
  /** Whether there is a terminal, so that what {@link Desk.show} writes is read while we wait. */
  isWatched(): Promise<boolean>
  /**
   * Shows a line that the person has to see now: on stderr, and, where a program captures that, on the terminal that we
   * were started from as well. Plain text; its control characters do not reach the terminal.
   */
  show(line: string): Promise<void>
  /** Whether a browser can be expected to open on the screen in front of the person. */
  canBrowse(): Promise<boolean>
  /**
   * Opens an address (http or https) in the user's browser. Settles when the program that does so has ended, which may
   * be long after the page is on the screen, or never.
   * @throws VaultError ERR_BROWSER_FAILED when it cannot be started or says that it failed
   */
  browse(url: string): Promise<void>
}

/**
 * All that a part may use of the world around it. A part reads no environment variable and keeps no state outside of
 * what it returns: what it needs is declared as an option, or stands here.
 */
export interface PartContext {
  /** The part's own options, as declared in its package.json: flags, then environment, then settings file, then default. */
  readonly options: Readonly<Record<string, OptionValue>>
  readonly logger: Logger
  readonly clock: Clock
  /** Aborted when the user interrupts us. Waits of any length must end then. */
  readonly signal: AbortSignal
  readonly http: HttpOptions
  readonly platform: NodeJS.Platform
  readonly homeDirectory: string
  /**
   * Where the message bus of the user's session listens, as a D-Bus address; from `DBUS_SESSION_BUS_ADDRESS`, else the bus in
   * `XDG_RUNTIME_DIR`. Absent where there can be none. For `@aws-vault/plugin-sdk/dbus`.
   */
  readonly sessionBus?: string | undefined
  readonly desk: Desk
  /**
   * The environment for programs that the part starts: the user's, without the secrets of keyrings and without AWS
   * credentials. It is for handing on, not for looking up settings: those are the part's options.
   */
  programEnvironment(): Promise<Readonly<Record<string, string>>>
  /**
   * Asks the person at the desk, through the prompt that the user chose. A secret answer is blacked out in all output.
   * @throws PromptUnavailableError when nobody can be asked
   * @throws PromptCancelledError when the person declines
   */
  ask(request: PromptRequest): Promise<string>
  /**
   * Runs `task` while no other process of this user runs one under the same name. The lock goes with its holder:
   * one that is killed blocks nobody.
   */
  withLock<T>(name: string, task: () => Promise<T>): Promise<T>
  /**
   * A directory for sockets and the like, for this user alone, that goes with the login session or the machine's start.
   * @throws VaultError ERR_RUNTIME_DIRECTORY when there is none that is safe
   */
  runtimeDirectory(): string
  /**
   * The directories that `runtimeDirectory` may have given in this or in other sessions of this user, for looking: those
   * that are there, and this user's own. Nothing is made.
   */
  runtimeDirectories(): readonly string[]
  /**
   * Starts a process of its own that outlives this one, and runs this part's `help` there.
   * @param input for its standard input; a secret is safe there
   * @throws VaultError ERR_HELPER_FAILED when it does not begin
   */
  startHelper(input: Uint8Array): Promise<void>
}

/** What a prompt gets: everything but a prompt. */
export type PromptContext = Omit<PartContext, 'ask'>
