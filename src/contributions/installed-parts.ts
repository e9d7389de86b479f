import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Part, PluginProblem } from './part.ts'
import { readDeclaration } from './read-declaration.ts'

/** What the user's own plugins contribute. */
export interface InstalledParts {
  readonly parts: readonly Part[]
  readonly problems: readonly PluginProblem[]
  /** Whether any of them hooks into oclif, which then must load them all before a command runs. */
  readonly haveHooks: boolean
}

interface InstalledPlugin {
  readonly name: string
  readonly type: 'user' | 'link'
  readonly root?: string
}

const none: InstalledParts = { parts: [], problems: [], haveHooks: false }

/**
 * Reads what `aws-vault plugins install` and `plugins link` have put into oclif's data directory: its package.json lists
 * them, and theirs say what they contribute. Nothing of them is imported. One failing read when there are none.
 */
export function readInstalledParts(dataDirectory: string): InstalledParts {
  let plugins: readonly InstalledPlugin[]
  try {
    const list = JSON.parse(readFileSync(join(dataDirectory, 'package.json'), 'utf8'))
    plugins = list.oclif?.plugins ?? []
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return none
    const message = `the list of installed plugins, ${join(dataDirectory, 'package.json')}, cannot be read`
    return { ...none, problems: [{ packageName: '', message, hint: 'mend or remove that file' }] }
  }
  const parts: Part[] = []
  const problems: PluginProblem[] = []
  let haveHooks = false
  for (const plugin of plugins) {
    const root = rootOf(plugin, dataDirectory)
    try {
      const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
      haveHooks ||= packageJson.oclif?.hooks !== undefined
      const declared = readDeclaration(packageJson)
      if (declared === undefined) continue
      problems.push(...declared.problems)
      for (const part of declared.parts) parts.push(installedPart(root, declared, part))
    } catch (error) {
      problems.push(unreadable(plugin, root, error))
    }
  }
  return { parts, problems, haveHooks }
}

/** The user's own plugins: their names, and the directories they lie in. None when the list cannot be read. */
export function installedPlugins(dataDirectory: string): { readonly name: string; readonly root: string }[] {
  try {
    const list = JSON.parse(readFileSync(join(dataDirectory, 'package.json'), 'utf8'))
    const plugins: readonly InstalledPlugin[] = list.oclif?.plugins ?? []
    return plugins.map(plugin => ({ name: plugin.name, root: rootOf(plugin, dataDirectory) }))
  } catch {
    return []
  }
}

const rootOf = (plugin: InstalledPlugin, dataDirectory: string): string =>
  plugin.type === 'link' ? (plugin.root ?? '') : join(dataDirectory, 'node_modules', plugin.name)

function installedPart(
  root: string,
  { packageName, packageVersion }: { packageName: string; packageVersion: string },
  part: Pick<Part, 'kind' | 'name' | 'declaration'>,
): Part {
  const file = resolve(root, part.declaration.module)
  return { ...part, packageName, packageVersion, builtIn: false, load: () => import(pathToFileURL(file).href) }
}

function unreadable(plugin: InstalledPlugin, root: string, error: unknown): PluginProblem {
  const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'is gone' : 'has no package.json that can be read'
  return {
    packageName: plugin.name,
    message: `plugin ${plugin.name} ${why} (${root})`,
    hint: `aws-vault plugins uninstall ${plugin.name}, or put it back`,
  }
}
