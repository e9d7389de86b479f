import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { isProcessIdentity, type ProcessPlace, processFate, thisProcess } from '@aws-vault/plugin-sdk/process'
import { removeState, starterFile, stateFile } from './state-file.ts'

const NAME = /^server-([0-9a-f]{12})\.(?:starter|log)$/

/** Milliseconds after which a note that says nothing is taken for that of a process that was killed while it wrote. */
const STALE = 30 * 60_000

/**
 * Notes that this process starts a server: until that has a state, nothing else says whose its log is. To be written
 * before anything else of the server, and removed when it serves.
 */
export function noteStarter(directory: string, id: string): void {
  writeFileSync(starterFile(directory, id), JSON.stringify(thisProcess()), { flag: 'wx', mode: 0o600 })
}

/** What was noted. */
export const forgetStarter = (directory: string, id: string): void =>
  rmSync(starterFile(directory, id), { force: true })

/** Removes what is left of starts that were killed before there was a server. */
export function removeUnfinished(directories: readonly string[], here: ProcessPlace): void {
  for (const directory of new Set(directories)) {
    for (const id of new Set(namesIn(directory).flatMap(name => NAME.exec(name)?.[1] ?? []))) {
      // In this order: a starter's note goes only when there is a state.
      const starter = starterOf(starterFile(directory, id))
      const isStarting = starter !== undefined && (starter === 'unknown' || processFate(starter, here) !== 'dead')
      if (isStarting) continue
      if (existsSync(stateFile(directory, id))) forgetStarter(directory, id)
      else removeState(directory, id)
    }
  }
}

/** Who starts it; `unknown` where that is being written, or cannot be read, and has not been so for long. */
function starterOf(file: string) {
  let text: string
  let age: number
  try {
    text = readFileSync(file, 'utf8')
    age = Date.now() - statSync(file).mtimeMs
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : 'unknown'
  }
  const unknown = age > STALE ? undefined : 'unknown'
  try {
    const noted: unknown = JSON.parse(text)
    return isProcessIdentity(noted) ? noted : unknown
  } catch {
    return unknown
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
