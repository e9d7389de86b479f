import { KINDS, VaultError } from '@aws-vault/plugin-sdk'
import { Command } from '@oclif/core/command'
import type { Config } from '@oclif/core/config'
import * as Flags from '@oclif/core/flags'
import type { FlagInput, InferredArgs, InferredFlags } from '@oclif/core/interfaces'
import { homeDirectory } from './container/world.ts'
import { Container } from './container.ts'
import { builtInParts } from './contributions/built-in.generated.ts'
import { type InstalledParts, readInstalledParts } from './contributions/installed-parts.ts'
import { Redactor } from './output/redactor.ts'
import { describeError, printError } from './output/report-error.ts'
import { guardStdout } from './output/stdout.ts'
import { optionFlag, partFlags } from './part-flags.ts'
import { CORE_OPTIONS } from './settings/settings.ts'

/** The flags of the parts that hand credentials to programs, for the commands that do that. */
export const credentialFlags: FlagInput = partFlags(['providers'], builtInParts)

/** The flags of the exposures. */
export const exposureFlags: FlagInput = partFlags(['exposures'], builtInParts)

/** A parsed command line, and the services. */
export interface Opened<T extends typeof VaultCommand> {
  readonly flags: InferredFlags<T['flags']>
  readonly args: InferredArgs<T['args']>
  /** The arguments in their order, also those that have no name. */
  readonly argv: readonly string[]
  readonly container: Container
}

/** What every command of ours has in common: global flags, the container, and how a failure looks to the user. */
export abstract class VaultCommand extends Command {
  static override baseFlags: FlagInput = {
    backend: optionFlag(CORE_OPTIONS.backend),
    prompt: optionFlag(CORE_OPTIONS.prompt),
    debug: Flags.boolean({ summary: 'say what is done, and where an error comes from', helpGroup: 'GLOBAL' }),
    ...partFlags(['keyrings'], builtInParts),
    ...partFlags(['prompts'], builtInParts),
  }

  /** Runs the command with a configuration that is ready: see start.ts. */
  static start(
    this: new (
      argv: string[],
      config: Config,
    ) => VaultCommand,
    argv: string[],
    config: Config,
  ): Promise<unknown> {
    return new this(argv, config)._run()
  }

  /** The words of a command line that are ours; all of them, but for commands that start a program. */
  static ownWords(argv: readonly string[]): readonly string[] {
    return argv
  }

  readonly #redactor = new Redactor()
  #container: Container | undefined
  #installedParts: InstalledParts | undefined
  #debug = this.argv.includes('--debug')

  /** Parses the command line and opens the container. Flags of installed plugins' parts are accepted like built-in ones. */
  protected async open<T extends typeof VaultCommand>(command: T, argv = this.argv): Promise<Opened<T>> {
    const { args, strict, enableJsonFlag } = command
    const parsed = await this.parse({ flags: this.allFlags(), args, strict, enableJsonFlag }, [...argv])
    this.#debug = parsed.flags.debug === true
    this.#container = new Container({
      environment: process.env,
      platform: process.platform,
      homeDirectory: homeDirectory(),
      directories: { config: this.config.configDir, data: this.config.dataDir, cache: this.config.cacheDir },
      installed: this.#installed(),
      flags: parsed.flags,
      redactor: this.#redactor,
      debug: this.#debug,
    })
    return { ...(parsed as unknown as Opened<T>), container: this.#container }
  }

  /** Every flag of this command: those of installed plugins' parts too. */
  protected allFlags(): FlagInput {
    return { ...partFlags(KINDS, this.#installed().parts), ...this.ctor.baseFlags, ...this.ctor.flags }
  }

  #installed(): InstalledParts {
    this.#installedParts ??= readInstalledParts(this.config.dataDir)
    return this.#installedParts
  }

  /**
   * Nothing: what oclif does here is for commands in general (a debug line, whose library sets up the terminal; the
   * user agent of an HTTP library; a word on deprecated aliases), and takes a tenth of our start.
   */
  protected override async init(): Promise<void> {}

  override log(message?: string): void {
    guardStdout()
    super.log(message)
  }

  protected override logJson(json: unknown): void {
    guardStdout()
    super.logJson(json)
  }

  /** Prints a failure and sets the exit code. Nothing is thrown on: oclif would print it again, with its stack. */
  protected override async catch(error: Error): Promise<void> {
    if (this.#container?.isInterrupted) return
    const report = describeError(error, this.#redactor, `${this.config.bin} ${this.id?.replaceAll(':', ' ')}`)
    process.exitCode = report.exitCode
    if (this.jsonEnabled()) this.logJson({ error: report })
    else if (!isExit(error)) printError(error, report, this.#redactor, this.#debug)
  }

  protected override async finally(): Promise<void> {
    await this.#container?.dispose()
    // A part that hangs may hold on to something for which Node would wait.
    if (this.#container?.hangs) process.stdout.write('', () => process.exit())
  }

  /** Asks a yes-or-no question. Anything but `y` and `yes` is a no. */
  protected async confirm(container: Container, question: string, instead = 'answer by --force'): Promise<boolean> {
    const answer = await container.ask({ message: `${question} (y|N)`, secret: false, instead })
    return /^y(es)?$/i.test(answer.trim())
  }

  /** Checks that no `exec` is around us, as commands must that hand out credentials. */
  protected refuseNested(container: Container): void {
    const outer = container.world.environment.AWS_VAULT
    if (outer) {
      throw new VaultError('ERR_EXEC_NESTED', `this runs inside aws-vault exec ${outer} already`, {
        hint: 'leave that shell first, or unset AWS_VAULT if you mean it',
        facts: { profile: outer },
      })
    }
  }
}

const isExit = (error: Error & { code?: string }): boolean => error.code === 'EEXIT'
