import type { PluginNames } from './plugin-name.ts'

/** The text of each file of a folder, by its path. */
export type Files = Readonly<Record<string, string>>

/** What the template of a kind says of itself: `template.json`. */
interface TemplateWords {
  readonly description: string
  readonly about: string
  readonly use: string
  readonly contributes: Readonly<Record<string, unknown>>
}

/**
 * The files of a new plugin: those that all have, and those of its kind. `{{name}}` and the like stand for its names.
 * Pure.
 */
export function renderPlugin(common: Files, ofKind: Files, names: PluginNames): Files {
  const { 'template.json': wordsText = '{}', ...own } = ofKind
  const words: TemplateWords = JSON.parse(filled(wordsText, { ...names }))
  const values = { ...names, description: words.description, about: words.about, use: words.use }
  const files = Object.entries({ ...common, ...own }).map(([path, text]) => [dotted(path), filled(text, values)])
  const rendered = Object.fromEntries(files) as Record<string, string>
  const packageJson = JSON.parse(rendered['package.json'] ?? '{}')
  packageJson.awsVault.contributes = words.contributes
  return { ...rendered, 'package.json': `${JSON.stringify(packageJson, null, 2)}\n` }
}

function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (mark, name: string) => values[name] ?? mark)
}

/** npm leaves `.gitignore` out of what it packs, so the template's has another name. */
const dotted = (path: string): string => (path === 'gitignore' ? '.gitignore' : path)
