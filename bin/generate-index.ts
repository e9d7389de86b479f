/** Writes the index of built-in parts from the package.json files in plugins/. Run by the build; a test checks it. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
export const indexFile: string = join(root, 'src/contributions/built-in.generated.ts')

/** The text of the index as it should be. */
export function builtInIndex(): string {
  const packages = readdirSync(join(root, 'plugins'))
    .sort()
    .map(folder => JSON.parse(readFileSync(join(root, 'plugins', folder, 'package.json'), 'utf8')))
    .filter(packageJson => packageJson.awsVault !== undefined)
  const parts = packages.flatMap(({ name, version, awsVault }) =>
    Object.entries<Record<string, { module: string }>>(awsVault.contributes).flatMap(([kind, entries]) =>
      Object.entries(entries).map(
        ([part, declaration]) => `  {
    kind: '${kind}',
    name: '${part}',
    packageName: '${name}',
    packageVersion: '${version}',
    builtIn: true,
    declaration: ${JSON.stringify(declaration)},
    load: () => import('${name}${subpath(declaration.module)}'),
  },`,
      ),
    ),
  )
  return `// Generated from plugins/*/package.json by bin/generate-index.ts. Do not edit.
import type { Part } from './part.ts'

/** Every part that comes with us. The imports are literal, so that a bundler can follow them. */
export const builtInParts: readonly Part[] = [
${parts.join('\n')}
]
`
}

/** A package with several parts may have a module for each, which it exports by its name. */
const subpath = (module: string): string => module.replace(/^\.\/dist\/(.*)\.js$/, '/$1').replace(/^\/index$/, '')

if (import.meta.main) writeFileSync(indexFile, builtInIndex())
