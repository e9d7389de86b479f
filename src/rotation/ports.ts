import type { Holders } from './holders.ts'
import type { Journal, KeyPair, RetiredKey } from './journal.ts'

/** One of a user's access keys, as IAM lists it. */
export interface ListedKey {
  readonly accessKeyId: string
  readonly active: boolean
  readonly created: Date | undefined
}

/** When a key was used last, and for which service; `unknown` where the user may not know. */
export type LastUse = 'never' | 'unknown' | { readonly at: Date; readonly service: string }

/** Why one of the user's keys shall be deleted that is not the one in use. */
export type RoomReason = 'room' | 'interrupted'

/** IAM's access keys of the user whose key is stored. `delete` and `deactivate` do not mind a key that is gone. */
export interface AccessKeys {
  list(): Promise<readonly ListedKey[]>
  lastUse(accessKeyId: string): Promise<LastUse>
  /** Never repeated where AWS may have made one: it shows a secret once. */
  create(): Promise<KeyPair>
  deactivate(accessKeyId: string): Promise<void>
  delete(accessKeyId: string): Promise<void>
  /** Lets a key that is stored nowhere delete itself. */
  deleteSelf(key: KeyPair): Promise<void>
  /** AWS's time, as far as its last answer told, else ours; milliseconds since 1970. */
  now(): number
}

/** Everything outside of a rotation. */
export interface RotationPorts {
  readonly iam: AccessKeys
  /** Which profiles had which key when the run began. */
  readonly holders: Holders
  /** Whose key it is, as AWS says it. @throws VaultError ERR_STS_KEYS_REFUSED while AWS does not know it */
  whoIs(key: KeyPair): Promise<string>
  /** The ids of the keys that are stored for these profiles. */
  stored(profiles: readonly string[]): Promise<(string | undefined)[]>
  /** Stores a key in place of a profile's. */
  store(profile: string, key: KeyPair): Promise<void>
  writeJournal(journal: Journal): Promise<void>
  removeJournal(journal: Journal): Promise<void>
  retire(key: RetiredKey): Promise<void>
  /** An old key needs to wait no longer. */
  forgetRetired(key: RetiredKey): Promise<void>
  /** Removes the sessions of these profiles and of all that stem from them. */
  dropSessions(profiles: readonly string[]): Promise<number>
  /** Which of the user's other keys shall be deleted; asks. @throws VaultError when none may */
  chooseForRoom(others: readonly ListedKey[], own: ListedKey | undefined, reason: RoomReason): Promise<ListedKey>
  /** Milliseconds since 1970. */
  now(): number
  sleep(milliseconds: number): Promise<void>
  /** Tells the user what is done now. */
  say(what: string): void
  warn(what: string): void
}
