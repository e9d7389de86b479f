import { accessSync, constants, statSync } from 'node:fs'
import { win32 } from 'node:path'
import { VaultError } from '@aws-vault/plugin-sdk'
import { variable } from './variable.ts'

/** Where to look for a program. */
export interface ProgramSearch {
  /** The value of `PATH`; the system's own default if `undefined`. */
  readonly path: string | undefined
  /** The current directory, absolute. */
  readonly cwd: string
  readonly platform: NodeJS.Platform
  /** The value of `PATHEXT`, on Windows. */
  readonly pathExt?: string | undefined
}

/** The search that a process with this environment, in our current directory, would make. */
export function searchIn(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): ProgramSearch {
  return {
    path: variable(environment, 'PATH', platform),
    pathExt: variable(environment, 'PATHEXT', platform),
    // Asked for where it is needed: people stand in directories that are gone.
    get cwd() {
      return process.cwd()
    },
    platform,
  }
}

/**
 * The absolute path of a program, as execvp(3) would find it: a name with a slash is a path; any other name is looked
 * for in the directories of `PATH`.
 *
 * Deviating from tradition, an empty entry of `PATH` is not the current directory: it is nearly always a slip (`PATH=$X:`),
 * and what would be started there gets AWS credentials. `.` and other relative entries count as written; on Windows they
 * do not either.
 * @throws VaultError ERR_EXEC_NOT_FOUND (`facts.exitCode` 127) when there is no such program
 * @throws VaultError ERR_EXEC_NOT_EXECUTABLE (`facts.exitCode` 126) when it is there but may not be executed
 */
export function findProgram(name: string, search: ProgramSearch): string {
  let refused: string | undefined
  for (const candidate of programCandidates(name, search)) {
    const found = lookAt(candidate, search.platform)
    if (found === 'executable') return candidate
    if (found === 'directory' && isPath(name, search.platform)) throw notExecutable(name, candidate, 'is a directory')
    if (found === 'not executable') refused ??= candidate
  }
  if (refused !== undefined) throw notExecutable(name, refused, 'is not executable')
  throw notFound(name, search)
}

/** The absolute paths that may be meant by `name`, in the order in which they are tried. */
export function programCandidates(name: string, search: ProgramSearch): string[] {
  if (name === '') return []
  return search.platform === 'win32' ? windowsCandidates(name, search) : posixCandidates(name, search)
}

function posixCandidates(name: string, { path = '/usr/bin:/bin', cwd }: ProgramSearch): string[] {
  // Joined as text: normalising `link/../x` would name another file when `link` is a symbolic link.
  const absolute = (file: string) => (file.startsWith('/') ? file : `${cwd}/${file}`)
  if (name.includes('/')) return [absolute(name)]
  return path
    .split(':')
    .filter(directory => directory !== '')
    .map(directory => absolute(`${directory}/${name}`))
}

function windowsCandidates(name: string, search: ProgramSearch): string[] {
  const { path = '', cwd, pathExt } = search
  const extensions = (pathExt || '.COM;.EXE;.BAT;.CMD').split(';').filter(extension => extension !== '')
  const known = extensions.some(extension => name.toUpperCase().endsWith(extension.toUpperCase()))
  const names = [...(known ? [name] : []), ...extensions.map(extension => name + extension)]
  const directories = isPath(name, 'win32')
    ? [cwd]
    : (path.match(/(?:[^;"]|"[^"]*")+/g) ?? []).map(entry => entry.replaceAll('"', '')).filter(win32.isAbsolute)
  return directories.flatMap(directory => names.map(file => win32.resolve(directory, file)))
}

function isPath(name: string, platform: NodeJS.Platform): boolean {
  return platform === 'win32' ? /[\\/:]/.test(name) : name.includes('/')
}

function lookAt(file: string, platform: NodeJS.Platform): 'executable' | 'not executable' | 'directory' | 'nothing' {
  try {
    const stats = statSync(file, { throwIfNoEntry: false })
    if (stats === undefined) return 'nothing'
    if (stats.isDirectory()) return 'directory'
    if (!stats.isFile()) return 'not executable'
  } catch {
    // A directory that may not be searched, a loop of links, a name that is too long: nothing that can be started.
    return 'nothing'
  }
  if (platform === 'win32') return 'executable'
  try {
    accessSync(file, constants.X_OK)
    return 'executable'
  } catch {
    return 'not executable'
  }
}

function notExecutable(name: string, file: string, why: string): VaultError {
  return new VaultError('ERR_EXEC_NOT_EXECUTABLE', `cannot run the program "${name}": ${file} ${why}`, {
    ...(why === 'is a directory' ? {} : { hint: `make it executable: chmod +x ${file}` }),
    facts: { program: name, file, exitCode: 126 },
  })
}

function notFound(name: string, search: ProgramSearch): VaultError {
  return new VaultError('ERR_EXEC_NOT_FOUND', `cannot find the program "${name}"`, {
    hint: hintFor(name, search),
    facts: { program: name, exitCode: 127 },
  })
}

function hintFor(name: string, { cwd, platform, pathExt }: ProgramSearch): string {
  if (isPath(name, platform)) return `check the path; the current directory is ${cwd}`
  const here = platform === 'win32' ? `.\\${name}` : `./${name}`
  const inCurrentDirectory = programCandidates(here, { path: '', cwd, platform, pathExt })
    .map(file => lookAt(file, platform))
    .some(found => found === 'executable' || found === 'not executable')
  if (inCurrentDirectory) return `to run the one in the current directory, type ${here}`
  if (/\s/.test(name)) return `give the program and its arguments one by one, without quotes around them: -- ${name}`
  return 'check the spelling, and that its directory is in PATH'
}
