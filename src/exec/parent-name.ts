import { readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'

/** How Node 24 calls its own thread, and so its process, whatever program runs in it. */
const NAMELESS = 'MainThread'

/**
 * The name of the process that started us, without its directory and arguments; `null` where the system does not tell: only
 * Linux does without a further program.
 */
export function parentName(): string | null {
  const directory = `/proc/${process.ppid}`
  try {
    const name = readFileSync(`${directory}/comm`, 'utf8').trimEnd()
    return name === NAMELESS ? basename(readlinkSync(`${directory}/exe`)) : name
  } catch {
    return null
  }
}
