/** The directory that a release is: what the tarball unpacks to, and the Debian package installs. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Release } from '../../src/update/release.ts'
import { nodeLicence } from '../third-party-licences.ts'
import { copyPackages, productionPackages } from './production-packages.ts'

/** What a release is made from. */
export interface ReleaseInput {
  /** The repository, built. */
  readonly root: string
  readonly release: Release
  /** The Node binary. */
  readonly node: string
  /** Packages below node_modules; tests do without. */
  readonly withPackages?: boolean
  /** Compiled code, made by running the release once; needs its platform to be ours. */
  readonly withCompiledCode?: boolean
}

/** Needed while keytar is installed, and never again. */
const installTime = ['prebuild-install', 'node-addon-api']

/** Puts a release together in an empty directory. */
export function writeReleaseTree(
  tree: string,
  { root, release, node, withPackages = true, withCompiledCode = true }: ReleaseInput,
): void {
  mkdirSync(join(tree, 'bin'), { recursive: true })
  const isOurPlatform = release.platform === process.platform && release.arch === process.arch
  // What commands print or copy lies beside the code: completion scripts, and what `plugins create` starts from.
  for (const directory of ['dist', 'completions', 'templates']) {
    cpSync(join(root, directory), join(tree, directory), { recursive: true })
  }
  for (const file of ['bin/run.js', 'oclif.manifest.json', 'CHANGELOG.md', 'LICENSE']) {
    copyFileSync(join(root, file), join(tree, file))
  }
  copyFileSync(node, join(tree, 'bin', 'node'))
  copyFileSync(join(import.meta.dirname, 'aws-vault.sh'), join(tree, 'bin', 'aws-vault'))
  copyFileSync(join(import.meta.dirname, 'start.sh'), join(tree, 'bin', 'start'))
  for (const file of ['bin/node', 'bin/aws-vault', 'bin/run.js']) chmodSync(join(tree, file), 0o755)
  writeFileSync(join(tree, 'package.json'), `${JSON.stringify(runtimePackageJson(root, release.version), null, 2)}\n`)
  writeFileSync(join(tree, 'release.json'), `${JSON.stringify(release, null, 2)}\n`)
  // Only what updates itself has a base: the launcher looks for updates of it.
  if (release.origin === 'tarball') writeFileSync(join(tree, 'bin', 'base'), `${release.version}-${release.sha}\n`)
  writeFileSync(join(tree, 'NODE-LICENSE.txt'), nodeLicence(root, node) ?? fallbackNodeLicence())
  if (withPackages) {
    // keytar's binary is for the machine that it was built on.
    const skip = isOurPlatform ? installTime : [...installTime, 'keytar']
    copyPackages(root, tree, productionPackages(root, skip))
  }
  if (withCompiledCode && isOurPlatform) compile(tree)
}

/** Of our package.json, what is read at run time. */
function runtimePackageJson(root: string, version: string): object {
  const { name, description, license, type, bin, engines, oclif, dependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  )
  return { name, version, description, license, type, bin, engines, oclif, dependencies, optionalDependencies }
}

const fallbackNodeLicence = (): string =>
  `Node.js ${process.version}: see https://github.com/nodejs/node/blob/${process.version}/LICENSE\n`

/**
 * Runs a release, so that it has the code of its commands compiled, in `compiled/`: what Node keeps of vendored files, which it
 * writes there itself, and what bin/run.js keeps of whole runs, which would else come to lie among the user's caches.
 */
function compile(tree: string): void {
  const home = mkdtempSync(join(tmpdir(), 'aws-vault-pack-'))
  const cache = join(home, 'cache')
  const base = {
    HOME: home,
    AWS_VAULT_CACHE_DIR: cache,
    PATH: process.env.PATH ?? '',
    AWS_VAULT_BACKEND: 'file',
    AWS_VAULT_FILE_PASSPHRASE: 'no secret: this keyring lives for a second',
    AWS_VAULT_FILE_WORK_FACTOR: '8192',
    AWS_VAULT_FILE_AGENT: 'false',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  }
  const run = (args: readonly string[], env: object = {}): void => {
    const { status, stderr } = spawnSync(join(tree, 'bin', 'aws-vault'), args, {
      cwd: home,
      env: { ...base, ...env },
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`what was packed fails at ${args.join(' ')}: ${stderr.slice(0, 2000)}`)
  }
  try {
    run(['add', 'work', '--env'], { NODE_DISABLE_COMPILE_CACHE: '1' })
    mkdirSync(join(tree, 'compiled'))
    run(['exec', 'work', '--no-session', '--', 'true'])
    run(['export', 'work', '--no-session'])
    run(['list'])
    run(['version'])
    run(['--version'])
    run(['prompt-segment'], { AWS_VAULT: 'work' })
    if (existsSync(join(tree, 'node_modules'))) for (const args of [['--help'], ['plugins']]) run(args)
    cpSync(join(cache, 'compiled'), join(tree, 'compiled'), { recursive: true })
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}
