import { closeSync, readdirSync, readFileSync } from 'node:fs'

/** `O_CLOEXEC` in the flags of /proc/PID/fdinfo (octal): what this process has opened itself. */
const CLOSED_ON_EXEC = 0o2000000

/**
 * Closes what this process has inherited beside its standard streams: a lock or the end of a pipe of whoever started the
 * one that started us. A shell closes files by numbers of one digit only, and Node marks its own. Linux alone tells.
 */
export function closeInherited(): void {
  if (process.platform !== 'linux') return
  for (const name of readdirSync('/proc/self/fd')) {
    const descriptor = Number(name)
    if (descriptor <= 2) continue
    try {
      const [, flags = '0'] = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, 'utf8')) ?? []
      if ((Number.parseInt(flags, 8) & CLOSED_ON_EXEC) === 0) closeSync(descriptor)
    } catch {
      // It was the one by which the directory was read.
    }
  }
}
