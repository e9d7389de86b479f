import { VaultError } from '@aws-vault/plugin-sdk'

/** What an entry's file is called beside its name. */
export const SUFFIX = '.gpg'

/** The longest file name that ext4, XFS, Btrfs and APFS take, in bytes. */
const LONGEST_NAME = 255

/** The keys of logins by single sign-on: an address, in which the file system cannot keep a doubled slash. */
const login = /^oidc:https?:\/\/./
const storedLogin = /^(oidc:https?:\/)(?!\/)/

const temporary = /^\.awsvault-tmp-[0-9a-f]+$/

/** Whether an entry of this name (without its folders) is one that is being written. */
export const isTemporary = (name: string): boolean => temporary.test(name)

/** Whether a file of this name has such an entry. */
export const isTemporaryFile = (name: string): boolean =>
  name.endsWith(SUFFIX) && isTemporary(name.slice(0, -SUFFIX.length))

/** The name, without folders, of an entry that is about to be written. */
export const temporaryName = (random: string): string => `.awsvault-tmp-${random}`

/**
 * The entry of the item `key` below the prefix: the key itself, as the Go tool names its entries. `pass` makes folders of
 * the slashes in it. A key that the file system would take for another one is refused rather than stored under that
 * one's name; only in the address of a login are doubled slashes and one at the end dropped, as the Go tool does.
 * @throws VaultError `ERR_KEYRING_KEY` when no entry can bear the name
 */
export function entryOf(key: string): string {
  const entry = login.test(key) ? key.replace(/\/+/g, '/').replace(/\/$/, '') : key
  const problem = storedLogin.test(key) ? 'it would be taken for a login by single sign-on' : problemWith(entry)
  if (problem !== undefined) {
    throw new VaultError('ERR_KEYRING_KEY', `the pass keyring cannot hold an item named ${shown(key)}: ${problem}`, {
      hint: 'choose another name for the profile',
      facts: { keyring: 'pass' },
    })
  }
  return entry
}

/** The key of the item in the entry `entry`; `undefined` when {@link entryOf} gives this name to no key. */
export function keyOf(entry: string): string | undefined {
  const key = entry.replace(storedLogin, '$1/')
  try {
    return entryOf(key) === entry ? key : undefined
  } catch {
    return undefined
  }
}

/**
 * The folders of a prefix such as `work/aws-vault/`; none for an empty one.
 * @throws VaultError `ERR_SETTINGS_VALUE` when it leads out of the store
 */
export function foldersOf(prefix: string): string[] {
  const folders = prefix.split('/').filter(folder => folder !== '' && folder !== '.')
  if (folders.includes('..') || prefix.includes('\0')) {
    throw new VaultError('ERR_SETTINGS_VALUE', `the pass prefix ${shown(prefix)} leads out of the password store`, {
      hint: 'name a folder within it: --pass-prefix aws-vault',
    })
  }
  return folders
}

function problemWith(entry: string): string | undefined {
  if (entry === '') return 'the name is empty'
  if (entry.includes('\0')) return 'the name has a NUL character'
  // Two different ones would become the same file name.
  if (!entry.isWellFormed()) return 'the name is not valid Unicode'
  const parts = entry.split('/')
  if (parts.some(part => part === '' || part === '.' || part === '..')) {
    return 'pass makes a path of it, which would be that of another name'
  }
  if (parts.includes('.git')) return 'git keeps its own files there'
  const name = parts.pop() ?? ''
  if (isTemporary(name)) return 'entries that are being written have such names'
  if (parts.some(part => part.endsWith(SUFFIX))) return `a folder ending in ${SUFFIX} would look like an entry`
  const longest = Math.max(...[...parts, name + SUFFIX].map(part => Buffer.byteLength(part)))
  return longest > LONGEST_NAME ? `its file name would have ${longest} bytes, ${LONGEST_NAME} are the most` : undefined
}

function shown(key: string): string {
  return JSON.stringify(key.length > 60 ? `${key.slice(0, 57)}...` : key)
}
