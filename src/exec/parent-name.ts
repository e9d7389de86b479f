import { readFileSync } from 'node:fs'

/** The name of the process that started us; `null` where the system does not tell: only Linux does without a further program. */
export function parentName(): string | null {
  try {
    return readFileSync(`/proc/${process.ppid}/comm`, 'utf8').trimEnd()
  } catch {
    return null
  }
}
