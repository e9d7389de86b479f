/** The licences of the packages whose code is in our bundles. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The directories of the packages that a bundle was made from, by the files that went into it. Pure. */
export function packagesIn(files: readonly string[]): string[] {
  const packages = files.flatMap(file => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? [])
  return [...new Set(packages)].sort()
}

/** One text with the name, version, licence and licence text of each package. */
export function licencesText(root: string, packages: readonly string[]): string {
  const blocks = packages.map(path => {
    const directory = join(root, path)
    const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
    const file = readdirSync(directory).find(name => /^(?:licen[cs]e|copying)(?:\.|-|$)/i.test(name))
    const text = file === undefined ? `Licence: ${license}` : readFileSync(join(directory, file), 'utf8').trim()
    return { name, title: `${name} ${version} (${license})`, text }
  })
  // Many are of one project, with one text.
  const byText = Map.groupBy(blocks, ({ text }) => text)
  const line = '-'.repeat(80)
  return [...byText]
    .map(([text, of]) => `${line}\n${[...new Set(of.map(({ title }) => title))].sort().join('\n')}\n\n${text}\n`)
    .join('\n')
}

/**
 * The licence of the Node that is packed: beside its binary, as in Node's own tarballs, or in the package from npm.
 * @returns undefined where there is none
 */
export function nodeLicence(root: string, node: string): string | undefined {
  const { platform, arch } = process
  return [join(node, '..', '..', 'LICENSE'), join(root, 'node_modules', `node-${platform}-${arch}`, 'LICENSE')]
    .filter(existsSync)
    .map(file => readFileSync(file, 'utf8'))
    .find(text => text.startsWith('Node.js is licensed'))
}
