import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Part, PluginProblem } from './part.ts'
import { pluginsDirectory } from './plugins-directory.ts'
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
 * Reads what `aws-vault plugins install` and `plugins link` have put below our data directory: a package.json lists
 * them, and theirs say what they contribute. Nothing of them is imported. Two failing reads when there are none.
 */
export function readInstalledParts(dataDirectory: string): InstalledParts {
  try {
    return readPluginsIn(pluginsDirectory(dataDirectory))
  } catch (error) {
    const message = `the list of installed plugins cannot be read: ${(error as Error).message}`
    return {
      ...none,
      problems: [{ packageName: '', message, hint: 'remove that file, and install the plugins again' }],
    }
  }
}

/** The same for one directory of plugins. */
export function readPluginsIn(directory: string): InstalledParts {
  let plugins: readonly InstalledPlugin[]
  const listPath = join(directory, 'package.json')
  try {
    const list = JSON.parse(readFileSync(listPath, 'utf8'))
    plugins = list.oclif?.plugins ?? []
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return none
    const message = `the list of installed plugins, ${listPath}, cannot be read`
    return { ...none, problems: [{ packageName: '', message, hint: 'mend or remove that file' }] }
  }
  const parts: Part[] = []
  const problems: PluginProblem[] = []
  let haveHooks = false
  for (const plugin of plugins) {
    const root = rootOf(plugin, directory)
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
    const directory = pluginsDirectory(dataDirectory)
    const list = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
    const plugins: readonly InstalledPlugin[] = list.oclif?.plugins ?? []
    return plugins.map(plugin => ({ name: plugin.name, root: rootOf(plugin, directory) }))
  } catch {
    return []
  }
}

const rootOf = (plugin: InstalledPlugin, directory: string): string =>
  plugin.type === 'link' ? (plugin.root ?? '') : join(directory, 'node_modules', plugin.name)

function installedPart(
  root: string,
  { packageName, packageVersion }: { packageName: string; packageVersion: string },
  part: Pick<Part, 'kind' | 'name' | 'declaration'>,
): Part {
  const file = resolve(root, part.declaration.module)
  const load: Part['load'] = async () => (await import('./import-file.ts')).importFile(file)
  return { ...part, packageName, packageVersion, builtIn: false, load }
}

function unreadable(plugin: InstalledPlugin, root: string, error: unknown): PluginProblem {
  const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'is gone' : 'has no package.json that can be read'
  return {
    packageName: plugin.name,
    message: `plugin ${plugin.name} ${why} (${root})`,
    hint: `aws-vault plugins uninstall ${plugin.name}, or put it back`,
  }
}
