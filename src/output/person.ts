import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { printable } from '@aws-vault/plugin-sdk'
import { writeStderr } from './logger.ts'
import type { Redactor } from './redactor.ts'

/** Whoever sits at the terminal, if there is one. */
export interface Person {
  /** Whether they read what {@link Person.show} writes. */
  isThere(): boolean
  /**
   * Writes a line to stderr, and, where that is no terminal, to the one that we were started from as well: who runs us
   * as a `credential_process` keeps our stderr to itself until we have ended.
   */
  show(line: string): void
}

/** What the person at the terminal can be shown. Secrets are blacked out, control characters written out. */
export function personAtTerminal(redactor: Redactor, platform: NodeJS.Platform): Person {
  return {
    isThere() {
      if (isatty(2)) return true
      const terminal = openTerminal(platform)
      if (terminal !== undefined) closeSync(terminal)
      return terminal !== undefined
    },
    show(line) {
      const text = printable(redactor.apply(`aws-vault: ${line}`))
      writeStderr(text)
      const terminal = isatty(2) ? undefined : openTerminal(platform)
      if (terminal === undefined) return
      try {
        writeSync(terminal, `${text}\n`)
      } catch {
        // It has gone away, and with it the person.
      } finally {
        closeSync(terminal)
      }
    },
  }
}

/** The terminal that we were started from, whatever our streams are; `undefined` without one. */
function openTerminal(platform: NodeJS.Platform): number | undefined {
  try {
    return platform === 'win32' ? openSync('\\\\.\\CONOUT$', 'r+') : openSync('/dev/tty', constants.O_WRONLY)
  } catch {
    return undefined
  }
}
