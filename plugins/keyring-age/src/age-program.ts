import type { PartContext } from '@aws-vault/plugin-sdk'
import { fewAtOnce, type ProgramEnd, type ProgramEnvironment, runProgram } from '@aws-vault/plugin-sdk/program'
import { ageMissing } from './failure.ts'

/** Seconds for what asks nobody. */
const PATIENCE = 60

/** Seconds for a person: to type a passphrase, or to find the YubiKey and touch it. */
const PATIENCE_WITH_PEOPLE = 300

const LIMIT = 4

/** How `age` is to be run. */
export interface AgeRun {
  readonly args: readonly string[]
  readonly input?: Uint8Array
  /** Whether it may ask the person at the terminal. Such runs come one after the other. */
  readonly mayAsk?: boolean
}

/** The program `age`. */
export class AgeProgram {
  readonly #context: PartContext
  readonly #inTurn = fewAtOnce(LIMIT)
  readonly #oneByOne = fewAtOnce(1)
  #environment: Promise<ProgramEnvironment> | undefined

  constructor(context: PartContext) {
    this.#context = context
  }

  environment(): Promise<ProgramEnvironment> {
    this.#environment ??= this.#context.programEnvironment()
    return this.#environment
  }

  /** Runs it to its end. @throws VaultError `ERR_AGE_NOT_FOUND` when there is no such program */
  run({ args, input, mayAsk = false }: AgeRun): Promise<ProgramEnd> {
    const { signal, desk } = this.#context
    return (mayAsk ? this.#oneByOne : this.#inTurn)(async () => {
      const watched = mayAsk && (await desk.isWatched())
      try {
        return await runProgram({
          file: 'age',
          args,
          environment: await this.environment(),
          signal,
          timeoutSeconds: watched ? PATIENCE_WITH_PEOPLE : PATIENCE,
          ...(input === undefined ? {} : { input }),
          // What a plugin has to say ("touch your YubiKey"); age writes it to stderr and asks on the terminal itself.
          ...(watched ? { onLine: line => this.#pass(line) } : {}),
        })
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        throw code === 'ENOENT' || code === 'EACCES' ? ageMissing(error) : error
      }
    })
  }

  #pass(line: string): void {
    if (/^age: (?:waiting on \S+ plugin|\S+ plugin: )/.test(line)) this.#context.desk.show(line).catch(() => {})
  }
}
