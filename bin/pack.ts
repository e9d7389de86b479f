/**
 * Packs a release for this machine: the tarball that updates itself, the Debian package and the Homebrew formula, in the
 * layout in which a web server offers them. Builds first. Nothing is fetched, nothing is signed: see release-sign.ts.
 *
 *     npm run pack -- --host https://releases.example.com --public-key release.pub --channel stable
 */
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { parseManifest } from '../src/update/manifest.ts'
import { parseReleaseKey } from '../src/update/minisign.ts'
import type { Release } from '../src/update/release.ts'
import { debianFile, writeDebianPackage } from './pack/debian-package.ts'
import { homebrewFormula } from './pack/homebrew-formula.ts'
import { writeReleaseTree } from './pack/release-tree.ts'
import { addToSite, BASE_DIR, checksums } from './pack/server-layout.ts'

const root = join(import.meta.dirname, '..')
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(root, 'release') },
    host: { type: 'string', default: packageJson.oclif.update?.s3?.host ?? '' },
    'public-key': { type: 'string', multiple: true, default: [] },
    channel: { type: 'string', multiple: true, default: [] },
    node: { type: 'string', default: ownNode() },
    sha: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
  },
})

const sha = values.sha || git(['rev-parse', '--short=7', 'HEAD'])
const keys = values['public-key'].map(file => readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? '')
keys.forEach(parseReleaseKey)
if (keys.length === 0) say('No --public-key: what is packed takes no update.')
if (values.host === '') say('No --host: what is packed does not know where its updates are.')

build()
const site = resolve(values.out)
mkdirSync(site, { recursive: true })
const workplace = mkdtempSync(join(site, '.packing-'))
try {
  const release: Release = {
    origin: 'tarball',
    version: packageJson.version,
    sha,
    platform: process.platform,
    arch: process.arch,
    ...(values.host === '' ? {} : { host: values.host }),
    keys,
  }
  const tree = join(workplace, BASE_DIR)
  writeReleaseTree(tree, { root, release, node: values.node })
  const level = values.quick ? 1 : 9
  const made = [await addToSite(workplace, site, { release, channels: values.channel, level })]
  const directory = join(site, 'versions', release.version, sha)
  if (process.platform === 'linux' && existsSync('/usr/bin/dpkg-deb')) made.push(packDebian(tree, directory, release))
  writeFormula(directory, release)
  writeFileSync(join(directory, 'SHA256SUMS'), await checksums(globSync(`${directory}/*.{tar.gz,deb}`)))
  for (const file of made) say(file)
} finally {
  rmSync(workplace, { recursive: true, force: true })
}

function packDebian(tree: string, directory: string, release: Release): string {
  writeFileSync(join(tree, 'release.json'), `${JSON.stringify({ ...release, origin: 'deb' }, null, 2)}\n`)
  rmSync(join(tree, 'bin', 'base'))
  const file = join(directory, debianFile(release))
  writeDebianPackage(tree, join(workplace, 'deb'), file, release, values.quick ? ['-Zgzip', '-z1'] : ['-Zxz'])
  return file
}

/** Of all tarballs of this version that are there: each machine packs its own. */
function writeFormula(directory: string, { version }: Release): void {
  const bottles = globSync(`${directory}/*-buildmanifest`).map(file => {
    const text = readFileSync(file, 'utf8')
    const { platform, arch, sha256gz, gz } = JSON.parse(text)
    parseManifest(text, { platform, arch, version })
    return { platform, arch, url: gz, sha256: sha256gz }
  })
  writeFileSync(join(directory, 'aws-vault.rb'), homebrewFormula(version, bottles))
}

/** The Node that package.json names: the same for all who pack. */
function ownNode(): string {
  const own = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  return existsSync(own) ? own : process.execPath
}

function build(): void {
  const args = ['--conditions=@aws-vault/source', join(root, 'bin', 'build.ts')]
  if (spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status !== 0) process.exit(1)
}

function git(args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync('git', args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`git: ${error?.message ?? stderr}; name the commit by --sha`)
  return stdout.trim()
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
