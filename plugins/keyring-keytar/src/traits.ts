import { accountOf, keyOf } from './wincred-account.ts'

/** What the stores behind keytar do differently. */
export interface Traits {
  /** The keyring's name, for messages. */
  readonly keyring: 'keychain' | 'wincred' | 'libsecret'
  /** What the store is called where its users see it. */
  readonly store: string
  /** The most bytes (UTF-8) of one item; what is longer is split. */
  readonly maxBytes: number
  /** The most characters of an account name. */
  readonly maxAccount: number
  /** Whether calls may wait for a daemon that never answers, and so are made in a process that can be ended. */
  readonly isRemote: boolean
  accountOf(key: string): string
  /** `undefined`: not an account of ours. */
  keyOf(account: string): string | undefined
  /** What `findCredentials` has to be asked for to list this service and no other. */
  listedAs(service: string): string
}

const asItIs = {
  accountOf: (key: string): string => key,
  keyOf: (account: string): string | undefined => (account === '' ? undefined : account),
  listedAs: (service: string): string => service,
  maxBytes: Number.POSITIVE_INFINITY,
  maxAccount: Number.POSITIVE_INFINITY,
}

/** Windows: CRED_MAX_CREDENTIAL_BLOB_SIZE is 5 * 512 bytes, CRED_MAX_USERNAME_LENGTH 513 characters with its NUL (wincred.h). */
const wincred: Traits = {
  keyring: 'wincred',
  store: 'the Windows Credential Manager',
  maxBytes: 2560,
  maxAccount: 512,
  isRemote: false,
  accountOf,
  keyOf,
  // keytar's targets are `service/account`, and it lists all targets that begin with what it is asked for.
  listedAs: service => `${service}/`,
}

const keychain: Traits = { ...asItIs, keyring: 'keychain', store: 'the macOS Keychain', isRemote: false }

const libsecret: Traits = {
  ...asItIs,
  keyring: 'libsecret',
  store: "the desktop's keyring (libsecret)",
  isRemote: true,
}

/** The store that keytar talks to on a platform. */
export function traitsOf(platform: NodeJS.Platform): Traits {
  if (platform === 'win32') return wincred
  return platform === 'darwin' ? keychain : libsecret
}
