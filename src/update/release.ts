import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { VaultError } from '@aws-vault/plugin-sdk'

/** How this copy of AWS Vault came to the machine. */
export type Origin = 'tarball' | 'deb' | 'homebrew' | 'npm' | 'checkout'

/** What a release knows of itself: `release.json` in its directory, written when it is packed. */
export interface Release {
  readonly origin: Origin
  readonly version: string
  /** The commit that it was made from, short. */
  readonly sha: string
  readonly platform: string
  readonly arch: string
  /** Where its updates come from, unless the user has a mirror. */
  readonly host?: string
  /** Who may sign them: public keys of minisign. */
  readonly keys: readonly string[]
}

/** Where package managers keep what they installed. */
const update: Readonly<Record<Exclude<Origin, 'tarball'>, string>> = {
  deb: 'apt install ./aws-vault_VERSION_ARCH.deb, with the new package',
  homebrew: 'brew upgrade aws-vault',
  npm: 'npm install --global aws-vault@latest',
  checkout: 'git pull && npm run build',
}

/**
 * What is known of the copy of AWS Vault in a directory.
 * @throws VaultError ERR_UPDATE_RELEASE when that cannot be read
 */
export function readRelease(root: string): Pick<Release, 'origin'> | Release {
  const file = join(root, 'release.json')
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw unreadable(file, cause)
    return { origin: /[\\/]node_modules[\\/]aws-vault[\\/]?$/.test(root) ? 'npm' : 'checkout' }
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

/**
 * The release that this copy is, if it is one that updates itself.
 * @throws VaultError ERR_UPDATE_FOREIGN, with what to type instead, when somebody else brought it
 */
export function updatableRelease(root: string): Release {
  const release = readRelease(root)
  if (release.origin === 'tarball') return release as Release
  throw new VaultError('ERR_UPDATE_FOREIGN', `this aws-vault came by ${names[release.origin]}, which updates it`, {
    hint: update[release.origin],
    facts: { origin: release.origin },
  })
}

const names = { deb: 'a Debian package', homebrew: 'Homebrew', npm: 'npm', checkout: 'git' } as const

function unreadable(file: string, cause: unknown): VaultError {
  return new VaultError('ERR_UPDATE_RELEASE', `${file} cannot be read: ${(cause as Error).message}`, {
    hint: 'install aws-vault again from its tarball (docs/installing.md)',
    facts: { file },
    cause,
  })
}
