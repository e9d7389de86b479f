/** Makes a Debian package of a release's directory. */
import { spawnSync } from 'node:child_process'
import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Release } from '../../src/update/release.ts'

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }

/** The file's name, as Debian has it. A version on the way to another one comes before it only by a tilde. */
export const debianFile = ({ version, arch }: Pick<Release, 'version' | 'arch'>): string =>
  `aws-vault_${version.replace('-', '~')}_${architectures[arch] ?? arch}.deb`

/**
 * @param tree the release's directory, packed for Debian (`origin` "deb")
 * @param workplace an empty directory
 * @param compression of dpkg-deb, e.g. `xz`
 */
export function writeDebianPackage(
  tree: string,
  workplace: string,
  file: string,
  release: Pick<Release, 'version' | 'arch'>,
  compression: readonly string[] = ['-Zxz'],
): void {
  const library = join(workplace, 'usr', 'lib', 'aws-vault')
  cpSync(tree, library, { recursive: true })
  mkdirSync(join(workplace, 'usr', 'bin'), { recursive: true })
  symlinkSync('../lib/aws-vault/bin/aws-vault', join(workplace, 'usr', 'bin', 'aws-vault'))
  const documents = join(workplace, 'usr', 'share', 'doc', 'aws-vault')
  mkdirSync(documents, { recursive: true })
  writeFileSync(join(documents, 'copyright'), copyright(tree))
  writeFileSync(join(documents, 'changelog.gz'), gzipSync(readFileSync(join(tree, 'CHANGELOG.md')), { level: 9 }))
  mkdirSync(join(workplace, 'DEBIAN'))
  writeFileSync(join(workplace, 'DEBIAN', 'control'), control(release, sizeOf(join(workplace, 'usr'))))
  writeFileSync(join(workplace, 'DEBIAN', 'postrm'), afterRemoval, { mode: 0o755 })
  const { status, stderr, error } = spawnSync(
    'dpkg-deb',
    ['--build', '--root-owner-group', ...compression, workplace, file],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`dpkg-deb: ${error?.message ?? stderr}`)
}

const control = ({ version, arch }: Pick<Release, 'version' | 'arch'>, bytes: number): string => `Package: aws-vault
Version: ${version.replace('-', '~')}
Architecture: ${architectures[arch] ?? arch}
Maintainer: The maintainers of AWS Vault <maintainers@aws-vault.invalid>
Installed-Size: ${Math.ceil(bytes / 1024)}
Depends: libc6 (>= 2.28), libstdc++6, libgcc-s1
Suggests: libsecret-1-0, pass, gnupg
Section: admin
Priority: optional
Description: keeps AWS keys in the system's keystore
 AWS Vault keeps long-lived AWS keys in an encrypted keystore, and hands
 programs short-lived credentials instead.
`

/** Node adds to the compiled code when root runs us; dpkg knows only of what it brought. */
const afterRemoval = `#!/bin/sh
set -e
case $1 in remove | purge) rm -rf "$DPKG_ROOT/usr/lib/aws-vault" ;; esac
`

function copyright(tree: string): string {
  const parts = ['LICENSE', join('dist', 'THIRD-PARTY-LICENSES.txt'), 'NODE-LICENSE.txt']
  return parts.map(file => readFileSync(join(tree, file), 'utf8')).join('\n\n')
}

function sizeOf(directory: string): number {
  return readdirSync(directory).reduce((sum, name) => {
    const path = join(directory, name)
    const stat = lstatSync(path)
    return sum + (stat.isDirectory() ? sizeOf(path) : stat.size)
  }, 0)
}
