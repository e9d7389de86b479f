import { VaultError } from '../errors.ts'

/** The longest file name that ext4, XFS, Btrfs and APFS take, in bytes. */
const LONGEST_NAME = 255

/** How a keyring names its files. */
export interface FileNaming {
  /** The keyring's name, for messages. */
  readonly keyring: string
  readonly platform: NodeJS.Platform
  /** What stands behind every name, such as `.age`; nothing if absent. */
  readonly suffix?: string
}

/**
 * The file name of the item `key`: the key itself with `/` and `%` percent-encoded, as the Go tool names its files.
 * On Windows also what no file name there may have, since `:` would write into a hidden stream and `\` elsewhere.
 * With the suffix behind it. Names that differ in case only are different ones, as far as the file system tells them apart.
 * @throws VaultError `ERR_KEYRING_KEY` when no file can bear the name
 */
export function fileNameOf(key: string, { keyring, platform, suffix = '' }: FileNaming): string {
  const name = encode(key, platform) + suffix
  const problem = problemWith(key, name)
  if (problem !== undefined) {
    throw new VaultError(
      'ERR_KEYRING_KEY',
      `the ${keyring} keyring cannot hold an item named ${shown(key)}: ${problem}`,
      {
        hint: 'choose another, shorter name for the profile',
        facts: { keyring },
      },
    )
  }
  return name
}

/** The key of the item in the file `file`; `undefined` when {@link fileNameOf} gives this name to no key. */
export function keyOf(file: string, { platform, suffix = '' }: FileNaming): string | undefined {
  if (!file.endsWith(suffix)) return undefined
  const name = file.slice(0, file.length - suffix.length)
  if (name === '') return undefined
  if (!name.includes('%')) return platform !== 'win32' || encode(name, platform) === name ? name : undefined
  const key = name.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return encode(key, platform) === name ? key : undefined
}

function encode(key: string, platform: NodeJS.Platform): string {
  return key.replace(platform === 'win32' ? /[/%\\:*?"<>|]|[. ]$/g : /[/%]/g, percentEncoded)
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

function problemWith(key: string, name: string): string | undefined {
  if (key === '') return 'the name is empty'
  if (key === '.' || key === '..') return 'that is the name of a directory'
  if (key.includes('\0')) return 'the name has a NUL character'
  // Two different ones would become the same file name.
  if (!key.isWellFormed()) return 'the name is not valid Unicode'
  const length = Buffer.byteLength(name)
  return length > LONGEST_NAME ? `its file name would have ${length} bytes, ${LONGEST_NAME} are the most` : undefined
}

function shown(key: string): string {
  return JSON.stringify(key.length > 60 ? `${key.slice(0, 57)}...` : key)
}
