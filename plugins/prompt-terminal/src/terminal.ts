import { closeSync, fstatSync, openSync, readFileSync, writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { PromptUnavailableError } from '@aws-vault/plugin-sdk'

/** The terminal that we were started from, whatever stdin, stdout and stderr are. */
export interface Terminal {
  /** The same for all processes that have this terminal. */
  readonly id: string
  /** @throws PromptUnavailableError when it has gone away */
  write(text: string): void
  /** Opens it for reading; the descriptor is the caller's. */
  openInput(): number
  close(): void
}

/**
 * Opens the terminal.
 * @throws PromptUnavailableError when this process has none
 */
export function openTerminal(platform: NodeJS.Platform): Terminal {
  const [input, output] = platform === 'win32' ? ['\\\\.\\CONIN$', '\\\\.\\CONOUT$'] : ['/dev/tty', '/dev/tty']
  let descriptor: number
  try {
    descriptor = openSync(output, 'r+')
  } catch (cause) {
    throw new PromptUnavailableError('there is no terminal to ask on', {
      hint: 'run it in a terminal, or choose another prompt with --prompt',
      cause,
    })
  }
  return {
    id: terminalId(platform),
    write: text => {
      try {
        writeSync(descriptor, text)
      } catch (cause) {
        throw new PromptUnavailableError('the terminal has gone away', { cause })
      }
    },
    openInput: () => openSync(input, 'r+'),
    close: () => closeSync(descriptor),
  }
}

/**
 * /dev/tty is another terminal for everyone, so its own number says nothing. Linux tells a process the number of its
 * terminal; elsewhere it is that of a standard stream that is a terminal, and without one, processes with the same parent
 * count as being on the same terminal.
 */
function terminalId(platform: NodeJS.Platform): string {
  if (platform === 'linux') {
    try {
      // proc_pid_stat(5): after the name in brackets, which may hold anything: state ppid pgrp session tty_nr
      const stat = readFileSync('/proc/self/stat', 'utf8')
      const number = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[4]
      if (number !== undefined) return number
    } catch {
      // There is no /proc.
    }
  }
  const stream = [0, 1, 2].find(descriptor => platform !== 'win32' && isatty(descriptor))
  return stream === undefined ? `of-${process.ppid}` : String(fstatSync(stream).rdev)
}
