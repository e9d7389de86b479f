import type { PartContext } from '@aws-vault/plugin-sdk'
import { fewAtOnce, type ProgramEnd, type ProgramEnvironment, runProgram } from '@aws-vault/plugin-sdk/program'
import { commandMissing } from './failure.ts'
import type { PasswordStore } from './password-store.ts'
import { terminalName } from './terminal-name.ts'

/** How many of them decrypt at once. */
const LIMIT = 4

/** Seconds for what asks nobody, and for what cannot ask anybody. */
const PATIENCE = 60

/** Seconds after which a person at a terminal is told what we wait for. */
const TELL_AFTER = 5

/** The program `pass`, or one that takes the same commands. */
export class PassProgram {
  readonly #store: PasswordStore
  readonly #context: PartContext
  readonly #inTurn = fewAtOnce(LIMIT)
  #environment: Promise<ProgramEnvironment> | undefined

  constructor(store: PasswordStore, context: PartContext) {
    this.#store = store
    this.#context = context
  }

  /** The environment that it runs in, which is gpg's as well. */
  environment(): Promise<ProgramEnvironment> {
    this.#environment ??= this.#makeEnvironment()
    return this.#environment
  }

  /**
   * Runs one of its commands on one entry.
   * @throws VaultError `ERR_PASS_NOT_FOUND` when there is no such program
   */
  run(command: readonly string[], entry: string, input?: Uint8Array): Promise<ProgramEnd> {
    // With these two dashes in front, nothing is taken for an option; not every program of this kind knows them.
    const args = [...command, ...(entry.startsWith('-') ? ['--'] : []), entry]
    return this.#inTurn(async () => {
      const environment = await this.environment()
      const mayAsk = command[0] === 'show' && canAsk(environment, this.#context.platform)
      const told = mayAsk ? this.#tellLater() : undefined
      try {
        return await runProgram({
          file: this.#store.command,
          args,
          environment,
          signal: this.#context.signal,
          // A person takes as long as a person takes.
          ...(mayAsk ? {} : { timeoutSeconds: PATIENCE }),
          ...(input === undefined ? {} : { input }),
        })
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        throw code === 'ENOENT' || code === 'EACCES' ? commandMissing(this.#store.command, error) : error
      } finally {
        clearTimeout(told)
      }
    })
  }

  #tellLater(): NodeJS.Timeout {
    return setTimeout(async () => {
      if (await this.#context.desk.isWatched()) {
        this.#context.logger.warn('waiting for gpg: it may be asking for a passphrase in a window, or for a smartcard')
      }
    }, TELL_AFTER * 1000)
  }

  async #makeEnvironment(): Promise<ProgramEnvironment> {
    const inherited = await this.#context.programEnvironment()
    const terminal = inherited.GPG_TTY || terminalName()
    // What went wrong as codes, which are the same in every language.
    const status = (options = '') => `--status-fd=2 ${options}`.trim()
    return {
      ...inherited,
      PASSWORD_STORE_DIR: this.#store.root,
      PASSWORD_STORE_GPG_OPTS: status(inherited.PASSWORD_STORE_GPG_OPTS),
      GOPASS_GPG_OPTS: status(inherited.GOPASS_GPG_OPTS),
      // gpg's own words; the passphrase window takes its language from elsewhere.
      LANGUAGE: 'en',
      ...(terminal === undefined ? {} : { GPG_TTY: terminal }),
    }
  }
}

/** Whether gpg-agent can ask somebody: on a terminal or on a screen. */
function canAsk({ GPG_TTY, DISPLAY, WAYLAND_DISPLAY }: ProgramEnvironment, platform: NodeJS.Platform): boolean {
  return platform === 'darwin' || Boolean(GPG_TTY || DISPLAY || WAYLAND_DISPLAY)
}
