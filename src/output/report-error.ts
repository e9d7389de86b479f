import { isVaultError, printable } from '@aws-vault/plugin-sdk'
import { writeStderr } from './logger.ts'
import type { Redactor } from './redactor.ts'

/** What an error comes to for the shell and for `--json`. */
export interface ErrorReport {
  readonly exitCode: number
  readonly code: string
  readonly message: string
  readonly hint?: string
  readonly facts?: Readonly<Record<string, unknown>>
}

interface OclifError extends Error {
  readonly oclif?: { readonly exit?: number }
  readonly code?: string
  readonly suggestions?: readonly string[]
}

/** What a shell says of a program that Ctrl-C ended: whoever declines a question wants the script around us to end too. */
const INTERRUPTED = 130

/**
 * Our own failures are 1, wrong usage is 2; a program that cannot be started has the shells' 126 and 127.
 * Pure but for the redactor, which takes every secret out.
 */
export function describeError(error: unknown, redactor: Redactor, commandLine: string): ErrorReport {
  const clean = (text: string): string => redactor.apply(text)
  if (isVaultError(error)) {
    const { exitCode = error.code === 'ERR_PROMPT_CANCELLED' ? INTERRUPTED : 1, ...facts } = error.facts
    return {
      exitCode: exitCode as number,
      code: error.code,
      message: clean(error.message),
      ...(error.hint === undefined ? {} : { hint: clean(error.hint) }),
      ...(Object.keys(facts).length === 0 ? {} : { facts: JSON.parse(clean(JSON.stringify(facts))) }),
    }
  }
  const { message, oclif } = error as OclifError
  if (oclif !== undefined) {
    for (const word of likeSecrets(message)) redactor.add(word)
    const hint = `see ${commandLine} --help`
    return { exitCode: oclif.exit ?? 2, code: 'ERR_USAGE', message: clean(usageMessage(message)), hint }
  }
  return {
    exitCode: 1,
    code: 'ERR_INTERNAL',
    message: clean(`something went wrong that should not: ${error instanceof Error ? message : String(error)}`),
    hint: 'run it again with --debug and report what it prints',
  }
}

/** oclif's words without its own pointer to the help. */
const usageMessage = (message: string): string =>
  message.replace(/\nSee more help with --help$/, '').replace(/^([A-Z])(?=[a-z])/, letter => letter.toLowerCase())

/** Words of the form of a secret key: oclif repeats what was typed, and one may have been typed in the wrong place. */
const likeSecrets = (message: string): string[] => message.match(/[\w/+=]{40,}/g) ?? []

/** Line ends are ours and oclif's; all other control characters come from what is quoted. */
const lines = (text: string): string => text.split('\n').map(printable).join('\n')

/** Prints an error to stderr; with `debug` with its stack and those of its causes. */
export function printError(error: unknown, report: ErrorReport, redactor: Redactor, debug: boolean): void {
  writeStderr(`aws-vault: ${lines(report.message)}${debug ? ` (${report.code})` : ''}`)
  if (report.hint !== undefined) writeStderr(`  hint: ${lines(report.hint)}`)
  if (!debug) return
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    writeStderr(redactor.apply(`${cause === error ? '' : 'caused by '}${cause.stack ?? cause.message}`))
  }
}
