import { readFileSync } from 'node:fs'
import { isatty } from 'node:tty'

/**
 * Whether we belong to the foreground of a terminal: what is typed there as Ctrl-C or Ctrl-\ then reaches our children
 * without us. Where the kernel does not say (only Linux does), having a terminal at all counts.
 */
export function inForeground(): boolean {
  if (process.platform !== 'linux') return [0, 1, 2].some(descriptor => isatty(descriptor))
  try {
    // proc_pid_stat(5): after the name in brackets, which may hold anything: state ppid pgrp session tty_nr tpgid
    const stat = readFileSync('/proc/self/stat', 'utf8')
    const [, , group, , terminal, foregroundGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return terminal !== '0' && group === foregroundGroup
  } catch {
    return isatty(0)
  }
}
