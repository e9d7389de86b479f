import type { Journal, KeyPair, RetiredKey } from './journal.ts'

/** One of a user's access keys, as IAM lists it. */
export interface ListedKey {
  readonly accessKeyId: string
  readonly active: boolean
  readonly created: Date | undefined
}

/** IAM's access keys of the user whose key is stored. `delete` and `deactivate` do not mind a key that is gone. */
export interface AccessKeys {
  list(): Promise<readonly ListedKey[]>
  /** Never repeated where AWS may have made one: it shows a secret once. */
  create(): Promise<KeyPair>
  deactivate(accessKeyId: string): Promise<void>
  delete(accessKeyId: string): Promise<void>
  /** Lets a key that is stored nowhere delete itself. */
  deleteSelf(key: KeyPair): Promise<void>
}

/** Everything outside of a rotation. */
export interface RotationPorts {
  readonly iam: AccessKeys
  /** Whose key it is, as AWS says it. @throws VaultError ERR_STS_KEYS_REFUSED while AWS does not know it */
  whoIs(key: KeyPair): Promise<string>
  /** The ids of the keys that are stored for these profiles. */
  stored(profiles: readonly string[]): Promise<(string | undefined)[]>
  /** Stores a key in place of a profile's. */
  store(profile: string, key: KeyPair): Promise<void>
  writeJournal(journal: Journal): Promise<void>
  removeJournal(journal: Journal): Promise<void>
  retire(key: RetiredKey): Promise<void>
  /** Removes the sessions of these profiles and of all that stem from them. */
  dropSessions(profiles: readonly string[]): Promise<number>
  /** Which of the user's other keys shall make room; asks. @throws VaultError when none may */
  chooseForRoom(others: readonly ListedKey[]): Promise<ListedKey>
  /** Milliseconds since 1970. */
  now(): number
  sleep(milliseconds: number): Promise<void>
  /** Tells the user what is done now. */
  say(what: string): void
  warn(what: string): void
}
