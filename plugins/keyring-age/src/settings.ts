import { join, resolve } from 'node:path'
import type { PartContext } from '@aws-vault/plugin-sdk'
import type { FileNaming, StoragePlace } from '@aws-vault/plugin-sdk/files'

/** What the options say; all paths are absolute, so that age takes none of them for an option. */
export interface Settings {
  readonly directory: string
  /** The file with the recipients, if one is named. */
  readonly recipients: string | undefined
  /** The file with the identity, if one is named. */
  readonly identity: string | undefined
  readonly naming: FileNaming
  readonly place: StoragePlace
}

export function settingsOf({ options, homeDirectory, platform }: PartContext): Settings {
  const path = (value: unknown): string | undefined =>
    typeof value === 'string' && value !== '' ? resolve(value) : undefined
  const directory = path(options.dir) ?? join(homeDirectory, '.awsvault', 'age')
  return {
    directory,
    recipients: path(options.recipients),
    identity: path(options.identity),
    naming: { keyring: 'age', platform, suffix: '.age' },
    place: { keyring: 'age', directory, flag: '--age-dir' },
  }
}
