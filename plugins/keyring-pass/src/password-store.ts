import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { PartContext } from '@aws-vault/plugin-sdk'
import { foldersOf } from './entry-name.ts'

/** Where the entries are, and who keeps them. */
export interface PasswordStore {
  /** `pass`, `gopass`, or the path of such a program. */
  readonly command: string
  /** The password store's own directory. */
  readonly root: string
  /** The folders of our entries below it, joined with slashes; empty for all of the store. */
  readonly prefix: string
}

/** The store that the options name. @throws VaultError `ERR_SETTINGS_VALUE` when the prefix leads out of it */
export function passwordStore({ options, homeDirectory }: PartContext): PasswordStore {
  const { command, dir, usualDir, prefix } = options
  const named = [dir, usualDir].find(value => typeof value === 'string' && value !== '')
  return {
    command: typeof command === 'string' && command !== '' ? command : 'pass',
    root: typeof named === 'string' ? named : join(homeDirectory, '.password-store'),
    prefix: foldersOf(typeof prefix === 'string' ? prefix : '').join('/'),
  }
}

/** The file that says whose keys the entries in `directory` are encrypted for: its own, or that of a folder above. */
export function gpgIdFile({ root }: PasswordStore, directory: string = root): string | undefined {
  const file = join(directory, '.gpg-id')
  if (existsSync(file)) return file
  return directory === root || dirname(directory) === directory
    ? undefined
    : gpgIdFile({ command: '', root, prefix: '' }, dirname(directory))
}
