import { VaultError } from '@aws-vault/plugin-sdk'

/** The longest file name that ext4, XFS, Btrfs and APFS take, in bytes. */
const LONGEST_NAME = 255

/**
 * The file name of the item `key`: the key itself with `/` and `%` percent-encoded, as the Go tool names its files.
 * On Windows also what no file name there may have, since `:` would write into a hidden stream and `\` elsewhere.
 * @throws VaultError `ERR_KEYRING_KEY` when no file can bear the name
 */
export function fileNameOf(key: string, platform: NodeJS.Platform): string {
  const name = encode(key, platform)
  const problem = problemWith(key, name)
  if (problem !== undefined) {
    throw new VaultError('ERR_KEYRING_KEY', `the file keyring cannot hold an item named ${shown(key)}: ${problem}`, {
      hint: 'choose another, shorter name for the profile',
      facts: { keyring: 'file' },
    })
  }
  return name
}

/** The key of the item in the file `name`; `undefined` when {@link fileNameOf} gives this name to no key. */
export function keyOf(name: string, platform: NodeJS.Platform): string | undefined {
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
