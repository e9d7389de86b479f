import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * What a test needs and this machine has not, as the reason to skip it; `false` if all is there.
 * @param programs names in PATH, or absolute paths
 * @throws Error on CI, where a missing program is a failure: `.ci/run` installs them
 */
export function missing(...programs: readonly string[]): string | false {
  const absent = programs.filter(program => !isThere(program))
  if (absent.length === 0) return false
  const reason = `needs ${absent.join(', ')}`
  if (process.env.CI === 'true') throw new Error(reason)
  return reason
}

function isThere(program: string): boolean {
  const paths = program.startsWith('/')
    ? [program]
    : (process.env.PATH ?? '').split(delimiter).map(directory => join(directory, program))
  return paths.some(path => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
