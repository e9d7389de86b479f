/** Prints the bill of materials (CycloneDX) of the package that users get. `npm run sbom --silent > sbom.json` */
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Bom, shippedBom } from './release/sbom.ts'

const root = join(import.meta.dirname, '..')

/** The bill of materials, by the lock file alone. */
export function makeBom(): Bom {
  // The npm that comes with us: older ones have no such command. It reads, and installs nothing.
  const npm = join(root, 'node_modules', 'npm', 'bin', 'npm-cli.js')
  const args = [npm, 'sbom', '--sbom-format', 'cyclonedx', '--package-lock-only']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status !== 0) throw new Error(`npm sbom: ${stderr}`)
  return shippedBom(JSON.parse(stdout), shippedPackages())
}

/** What is installed with us, and what the sources that are bundled import. */
function shippedPackages(): Set<string> {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const imported = globSync('{src,plugins/*/src}/**/*.ts', { cwd: root })
    .filter(file => !/\.test\.ts$|\/testkit\//.test(file))
    .flatMap(file => {
      const text = readFileSync(join(root, file), 'utf8')
      return [...text.matchAll(/(?:\bfrom |\bimport\()'((?:@[^/']+\/)?[^./'][^/']*)/g)].map(([, name = '']) => name)
    })
  const plugins = globSync('plugins/*/package.json', { cwd: root }).map(
    file => JSON.parse(readFileSync(join(root, file), 'utf8')).name as string,
  )
  return new Set([...Object.keys(dependencies), ...Object.keys(optionalDependencies), ...imported, ...plugins])
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(makeBom(), null, 2)}\n`)
