/** Which packages are needed at run time, and what of them. */
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'

interface PackageJson {
  readonly dependencies?: Record<string, string>
  readonly optionalDependencies?: Record<string, string>
}

const read = (directory: string): PackageJson => JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))

/**
 * The directories of all packages that a package needs to run, as Node finds them, relative to its own.
 * @param skip packages that are used only while another one is installed
 */
export function productionPackages(root: string, skip: readonly string[] = []): string[] {
  const found = new Set<string>()
  const visit = (directory: string): void => {
    const { dependencies = {}, optionalDependencies = {} } = read(directory)
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (skip.includes(name)) continue
      const at = locate(name, directory, root)
      if (at === undefined) {
        if (Object.hasOwn(optionalDependencies, name)) continue
        throw new Error(`${name}, which ${directory} needs, is not installed`)
      }
      if (found.has(at)) continue
      found.add(at)
      visit(at)
    }
  }
  visit(root)
  return [...found].map(directory => directory.slice(root.length + 1)).sort()
}

function locate(name: string, from: string, root: string): string | undefined {
  for (let directory = from; directory.length >= root.length; directory = dirname(directory)) {
    const candidate = join(directory, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
  }
  return undefined
}

/** What nobody reads at run time: types, maps, manuals, sources of what was compiled. */
const unneeded = /(?:\.d\.[cm]?ts|\.map|\.tsbuildinfo)$|^(?:README|CHANGELOG|HISTORY)(?:\.md|\.txt)?$/i
const unneededPaths = [
  'npm/docs',
  'npm/man',
  'keytar/src',
  'keytar/build/Release/obj.target',
  'keytar/build/Release/.deps',
]

/** Copies packages without what is not needed, and without what is nested in them: that is listed by itself. */
export function copyPackages(root: string, target: string, packages: readonly string[]): void {
  for (const path of packages) {
    const from = join(root, path)
    cpSync(from, join(target, path), {
      recursive: true,
      dereference: true,
      filter: file => {
        const inside = file.slice(from.length + 1)
        // npm brings its own dependencies, which are part of it.
        if (inside.split(sep)[0] === 'node_modules') return false
        if (unneededPaths.some(end => file.endsWith(join('node_modules', end)))) return false
        return inside === '' || !unneeded.test(inside.split(sep).at(-1) ?? '')
      },
    })
  }
}
