import { writeSync } from 'node:fs'
import { type Logger, printable } from '@aws-vault/plugin-sdk'
import type { Redactor } from './redactor.ts'

/** Writes to stderr at once (so that nothing is lost when we are replaced by the program), without secrets. */
export function createLogger(redactor: Redactor, debug: boolean): Logger {
  return {
    debug(message, facts) {
      if (!debug) return
      const rest = facts === undefined ? '' : ` ${JSON.stringify(facts)}`
      writeStderr(printable(redactor.apply(`aws-vault: debug: ${message}${rest}`)))
    },
    warn(message) {
      writeStderr(printable(redactor.apply(`aws-vault: ${message}`)))
    },
  }
}

/** Writes a line to stderr; a closed stderr is nobody's fault. */
export function writeStderr(line: string): void {
  try {
    writeSync(2, `${line}\n`)
  } catch {}
}
