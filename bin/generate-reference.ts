/** Writes the pages of the documentation that are made from the program itself. Run by the build; a test checks them. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { builtInParts } from '../src/contributions/built-in.generated.ts'
import { CORE_OPTIONS, declaredOptions } from '../src/settings/settings.ts'
import { commandsPage } from './reference/commands-page.ts'
import type { ManifestCommand } from './reference/manifest-command.ts'
import { settingsPage } from './reference/settings-page.ts'

const root = join(import.meta.dirname, '..')

/** Every command that users have without installing anything: ours, and those of oclif's plugins that come along. */
export function allCommands(): readonly ManifestCommand[] {
  const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'))
  const plugins: readonly string[] = read('package.json').oclif.plugins
  const manifests = [...plugins.map(name => `node_modules/${name}/oclif.manifest.json`), 'oclif.manifest.json']
  // The later one wins: ours.
  const byId = manifests.flatMap(file => Object.entries<ManifestCommand>(read(file).commands))
  return [...new Map(byId).values()]
}

/** The texts of the pages as they should be, by their files. */
export function referencePages(): Readonly<Record<string, string>> {
  const core = Object.values(CORE_OPTIONS).map(({ flag }) => flag)
  const settings = new Set<string>([
    ...core,
    ...declaredOptions(['keyrings', 'providers', 'exposures', 'prompts'], builtInParts).keys(),
  ])
  return {
    'docs/commands.md': commandsPage(allCommands(), settings),
    'docs/settings.md': settingsPage(CORE_OPTIONS, builtInParts),
  }
}

export function writeReference(): void {
  for (const [file, text] of Object.entries(referencePages())) writeFileSync(join(root, file), text)
}

if (import.meta.main) writeReference()
