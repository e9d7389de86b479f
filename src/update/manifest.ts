import type { Release } from './release.ts'
import { isVersion } from './version-order.ts'

/**
 * What the server says of one tarball, in the format of `oclif pack tarballs` (`...-buildmanifest`), with the members
 * by which a manifest cannot be taken for that of something else.
 */
export interface Manifest {
  readonly version: string
  readonly sha: string
  /** Of the .tar.gz, in hexadecimal. */
  readonly sha256gz: string
  /** Its length in bytes. */
  readonly size: number
  /** The directory in it. */
  readonly baseDir: string
  readonly bin: string
  readonly platform: string
  readonly arch: string
  /** Only in a channel's manifest: its name. */
  readonly channel?: string
}

type Target = Pick<Release, 'platform' | 'arch'>

/** No tarball of ours is larger, in bytes. */
const LARGEST = 1024 ** 3

const target = ({ platform, arch }: Target): string => `${platform}-${arch}`

/** Where the server keeps what: the layout of `oclif upload tarballs` and `oclif promote`. All relative to the host. */
export const paths: {
  channel(name: string, of: Target): string
  index(of: Target): string
  manifest(version: string, sha: string, of: Target): string
  tarball(version: string, sha: string, of: Target): string
} = {
  channel: (name, of) => `channels/${name}/aws-vault-${target(of)}-buildmanifest`,
  index: of => `versions/aws-vault-${target(of)}-tar-gz.json`,
  manifest: (version, sha, of) => `${stem(version, sha, of)}-buildmanifest`,
  tarball: (version, sha, of) => `${stem(version, sha, of)}.tar.gz`,
}

const stem = (version: string, sha: string, of: Target): string =>
  `versions/${version}/${sha}/aws-vault-v${version}-${sha}-${target(of)}`

/** The name of the directory in which a version lies once it is installed; also what its commit is read from. */
export const directoryName = ({ version, sha }: Pick<Manifest, 'version' | 'sha'>): string => `${version}-${sha}`

/**
 * Reads a manifest, and checks that it is of what was asked for: a signature says who wrote it, and not for which question. Pure.
 * @throws Error that says what is wrong
 */
export function parseManifest(text: string, asked: Target & { version?: string; channel?: string }): Manifest {
  const manifest = JSON.parse(text) as Manifest
  const { version, sha, sha256gz, size, baseDir, bin } = manifest
  const isSound =
    isVersion(version) &&
    /^[0-9a-f]{7,40}$/.test(sha) &&
    /^[0-9a-f]{64}$/.test(sha256gz) &&
    Number.isInteger(size) &&
    size > 0 &&
    size <= LARGEST &&
    /^[a-z-]+$/.test(baseDir) &&
    bin === 'aws-vault'
  if (!isSound) throw new Error('it is not a manifest of aws-vault')
  for (const member of ['platform', 'arch', 'version', 'channel'] as const) {
    const wanted = asked[member]
    if (wanted !== undefined && manifest[member] !== wanted) {
      throw new Error(`it is of ${member} "${manifest[member]}", not "${wanted}"`)
    }
  }
  return manifest
}

/**
 * The versions of the server's list with their commits. Pure.
 * @throws Error when it is no such list
 */
export function parseIndex(text: string, of: Target): Map<string, string> {
  const index: unknown = JSON.parse(text)
  if (typeof index !== 'object' || index === null) throw new Error('it is not a list of versions')
  const versions = new Map<string, string>()
  for (const [version, url] of Object.entries(index)) {
    const [, sha = ''] = /\/([0-9a-f]{7,40})\/[^/]+$/.exec(String(url)) ?? []
    // A mirror may lie anywhere: only the end of an address is looked at.
    if (isVersion(version) && String(url).endsWith(paths.tarball(version, sha, of))) versions.set(version, sha)
  }
  return versions
}
