import {
  PromptCancelledError,
  type PromptContext,
  type PromptRequest,
  PromptUnavailableError,
} from '@aws-vault/plugin-sdk'
import { findExecutable, type ProgramEnd, type ProgramEnvironment, runProgram } from '@aws-vault/plugin-sdk/program'

/** What came of a question: an answer, a no to answering at all, or a reason why nobody was asked. */
export type Outcome = { readonly answer: string } | 'cancelled' | { readonly unavailable: string }

/** A program that shows one question in a window of its own. */
export interface WindowProgram {
  readonly name: string
  /** A name to look for in `PATH`, or a path. */
  readonly file: string
  /** Its arguments: the words of the question are data here. Whatever the program reads as markup is escaped. */
  args(request: PromptRequest): readonly string[]
  /** Added to its environment. */
  environment?(request: PromptRequest): ProgramEnvironment
  /** For its standard input. */
  input?(request: PromptRequest): string
  /** What its end means. */
  outcome(end: ProgramEnd, request: PromptRequest): Outcome
  /** How to get it, for the hint where it is missing. */
  readonly install: string
}

/** Seconds after which nobody is taken to be there. A window that nobody saw would hold up a program for ever. */
export const PATIENCE = 300

/**
 * Asks by a program in a window; one question at a time on a desktop, so that nobody answers the wrong one.
 * @throws PromptUnavailableError when the program is missing or has no screen
 * @throws PromptCancelledError when the person declines, does not answer, or the context's signal is aborted
 */
export async function askInWindow(
  program: WindowProgram,
  request: PromptRequest,
  context: PromptContext,
): Promise<string> {
  if (context.signal.aborted) throw new PromptCancelledError()
  const environment = await context.programEnvironment()
  const file = context.platform === 'win32' ? program.file : findExecutable(program.file, environment)
  if (file === undefined) throw missingProgram(program)
  return await context.withLock('prompt-in-window', async () => {
    const outcome = await run({ ...program, file }, request, context, environment)
    if (outcome === 'cancelled') throw new PromptCancelledError()
    if ('answer' in outcome) return outcome.answer
    throw new PromptUnavailableError(`${program.name} cannot ask: ${outcome.unavailable}`, {
      hint: 'choose another prompt with --prompt',
    })
  })
}

async function run(
  program: WindowProgram,
  request: PromptRequest,
  { signal }: PromptContext,
  environment: ProgramEnvironment,
): Promise<Outcome> {
  let end: ProgramEnd
  const input = program.input?.(request)
  try {
    end = await runProgram({
      file: program.file,
      args: program.args(request),
      environment: { ...environment, ...program.environment?.(request) },
      ...(input === undefined ? {} : { input: Buffer.from(input) }),
      signal,
      timeoutSeconds: PATIENCE,
    })
  } catch (cause) {
    if (signal.aborted) return 'cancelled'
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw missingProgram(program)
    return { unavailable: (cause as Error).message }
  }
  if (end.timedOut) throw new PromptCancelledError(`nobody answered for ${PATIENCE / 60} minutes`)
  return program.outcome(end, request)
}

const missingProgram = ({ file, install }: WindowProgram): PromptUnavailableError =>
  new PromptUnavailableError(`${file} is not installed`, {
    hint: `${install}, or choose another prompt with --prompt`,
  })
