/** Puts releases where an update looks for them: a directory that is copied to a web server as it is. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Manifest, paths } from '../../src/update/manifest.ts'
import type { Release } from '../../src/update/release.ts'

/** The directory in every tarball. */
export const BASE_DIR = 'aws-vault'

/**
 * Packs a release's directory, and writes its manifest, that of its channel, and the list of versions. Nothing is
 * signed yet.
 * @param parent the directory in which `aws-vault` is the release
 * @param site the directory for the server, with what it has already
 * @param level of gzip, 1 to 9
 * @returns the tarball
 */
export async function addToSite(
  parent: string,
  site: string,
  { release, channels, level = 9 }: { release: Release; channels: readonly string[]; level?: number },
): Promise<string> {
  const { version, sha, platform, arch, host = '' } = release
  const tarball = join(site, paths.tarball(version, sha, release))
  mkdirSync(dirname(tarball), { recursive: true })
  packDirectory(parent, tarball, level)
  const sha256gz = await sha256(tarball)
  const url = new URL(paths.tarball(version, sha, release), `${(host || 'https://host.invalid').replace(/\/$/, '')}/`)
    .href
  const manifest: Manifest & { gz: string; node: object } = {
    version,
    sha,
    baseDir: BASE_DIR,
    bin: 'aws-vault',
    platform,
    arch,
    // Members of oclif's format that are of use to other tools only.
    gz: url,
    node: { compatible: '>=22.15', recommended: process.versions.node },
    sha256gz,
    size: statSync(tarball).size,
  }
  writeJson(join(site, paths.manifest(version, sha, release)), manifest)
  for (const channel of channels) writeJson(join(site, paths.channel(channel, release)), { ...manifest, channel })
  const index = join(site, paths.index(release))
  const known = existsSync(index) ? JSON.parse(readFileSync(index, 'utf8')) : {}
  writeJson(index, { ...known, [version]: url })
  return tarball
}

/** The lines of `sha256sum` for some files, with their bare names. */
export async function checksums(files: readonly string[]): Promise<string> {
  const lines = await Promise.all(files.map(async file => `${await sha256(file)}  ${file.split('/').at(-1)}\n`))
  return lines.sort().join('')
}

/** The SHA-256 of a file, in hexadecimal. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}

/** By GNU tar, with nothing in it of the machine or the moment. */
function packDirectory(parent: string, tarball: string, level: number): void {
  const same = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0', '--format=ustar']
  const mode = '--mode=u=rwX,go=rX'
  const { status, stderr, error } = spawnSync(
    'tar',
    [
      '--create',
      ...same,
      mode,
      `--use-compress-program=gzip -n -${level}`,
      `--file=${tarball}`,
      `--directory=${parent}`,
      BASE_DIR,
    ],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`tar: ${error?.message ?? stderr}`)
}

function writeJson(file: string, value: object): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)
}
