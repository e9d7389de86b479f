/**
 * Writes what plugins can see of plugins/sdk, as text: every declaration that is reached from an entry of its package.json,
 * without comments. A change of it shows in review; test/checks holds it against the sources.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize } from 'node:path'

const root = join(import.meta.dirname, '..')
const sdk = join(root, 'plugins', 'sdk')
export const apiFile: string = join(sdk, 'api-report.md')

const reached = /\bfrom ['"](\.[^'"]+)\.(?:ts|js)['"]|\bimport\(['"](\.[^'"]+)\.(?:ts|js)['"]\)/g

/** The text of the report as it should be. */
export function sdkApi(): string {
  const directory = mkdtempSync(join(tmpdir(), 'sdk-api-'))
  try {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    const emit = ['--emitDeclarationOnly', '--declaration', '--removeComments', '--composite', 'false']
    execFileSync(process.execPath, [tsc, '-p', sdk, ...emit, '--incremental', 'false', '--outDir', directory])
    return report(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function report(directory: string): string {
  const { name, version, exports } = JSON.parse(readFileSync(join(sdk, 'package.json'), 'utf8'))
  const entries = Object.entries<{ types: string }>(exports).map(([entry, { types }]) => {
    return [entry, types.replace(/^\.\/dist\/(.*)\.d\.ts$/, '$1')] as const
  })
  const files = new Map<string, string>()
  const visit = (file: string): void => {
    if (files.has(file)) return
    const text = readFileSync(join(directory, `${file}.d.ts`), 'utf8')
    files.set(file, text)
    for (const [, imported, inline] of text.matchAll(reached)) {
      visit(normalize(join(dirname(file), imported ?? inline ?? '')).replaceAll('\\', '/'))
    }
  }
  for (const [, file] of entries) visit(file)
  const list = entries.map(([entry, file]) => `- \`${name}${entry.slice(1)}\`: ${file}`)
  const sections = [...files].sort().map(([file, text]) => `## ${file}\n\n\`\`\`ts\n${text.trim()}\n\`\`\``)
  return `# What plugins can see of ${name} ${version.split('.')[0]}

Generated from plugins/sdk by bin/sdk-api.ts. A line that goes or changes may break plugins that are out there: see
"Compatibility" in docs/plugin-contract.md.

${list.join('\n')}

${sections.join('\n\n')}
`
}

if (import.meta.main) writeFileSync(apiFile, sdkApi())
