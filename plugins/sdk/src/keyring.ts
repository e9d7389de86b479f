import type { PartContext } from './context.ts'

/** One stored thing. */
export interface Item {
  /** Its name in the keyring: any text but the empty one. */
  readonly key: string
  /** The secret bytes. */
  readonly data: Uint8Array
  /** What a keystore's own window shows for it. */
  readonly label: string
  readonly description: string
  /**
   * Further members of the stored item, as another program wrote them. A keyring that stores the whole item keeps them
   * when it is written back; one that stores only `data` ignores them.
   */
  readonly attributes: Readonly<Record<string, unknown>>
}

/** An open keyring. All its methods may be called at once, and by several processes at once. */
export interface Keyring {
  /**
   * The item of that key, or `undefined` if there is none.
   * @throws KeyringLockedError when the keyring is locked or the passphrase is wrong
   * @throws KeyringItemError when what lies there is not an item
   * @throws KeyringStorageError when the storage fails
   */
  get(key: string): Promise<Item | undefined>
  /**
   * Stores an item, in place of the one of the same key if there is one. All or nothing, also under `kill -9` and power
   * loss: when it returns, the item is there to stay; before, the old one is.
   * @throws KeyringLockedError before anything is written, when the passphrase is not the one of the items already there
   * @throws KeyringStorageError when the storage fails; the old item is intact
   */
  set(item: Item): Promise<void>
  /**
   * For stores that cannot hold every name: throws what `set` would throw for it, without touching the store.
   * @throws VaultError `ERR_KEYRING_KEY`
   */
  checkKey?(key: string): void
  /** Removes an item. `false`: it was not there. */
  remove(key: string): Promise<boolean>
  /** The keys of all items, in no order, without decrypting anything and, where the store allows it, without unlocking. */
  keys(): Promise<string[]>
  /** Lets go of everything. Nothing may be called after it. Calling it twice is no error. */
  close(): Promise<void>
}

/** Whether a backend works on this machine, and if not, why, in words for the user. */
export type Availability =
  | { readonly available: true }
  | {
      readonly available: false
      readonly reason: string
      /** It is there, and only did not answer in time: at another time it may. */
      readonly isSlow?: true
    }

/** How a store is open for later commands. */
export interface Unlocked {
  /** When it locks itself unless it is used before, in milliseconds since 1970; never if absent. */
  readonly until?: number
  /** That there was nothing to unlock, or that it is never locked, in words for the user. */
  readonly nothing?: string
}

/** Contribution kind `keyrings`. */
export interface KeyringBackend {
  /** Asks without prompting, unlocking or creating anything, and within a second. */
  available(context: PartContext): Promise<Availability>
  /**
   * Names the very store that the options lead to: the same text for two processes that use the same one, however each
   * was told of it. Under this name they wait for each other. Asks nobody and waits for nothing. Absent: the options of
   * type `string` and `path` name it.
   */
  identity?(context: PartContext): string
  /** Opens it, without prompting: the passphrase is asked when it is first needed. */
  open(context: PartContext): Promise<Keyring>
  /**
   * Whether a person has to unlock the store before another program of this user can read it. Asks without prompting,
   * unlocking or reading an item, and within a second. Absent where that cannot be told.
   */
  isLocked?(context: PartContext): Promise<boolean>
  /**
   * For stores that ask for a passphrase: asks for it and keeps the store open for later commands (`aws-vault unlock`).
   * Absent where the operating system does that.
   * @throws KeyringLockedError when it stays locked
   */
  unlock?(context: PartContext): Promise<Unlocked>
  /** Ends what `unlock` began (`aws-vault lock`). `false`: it was locked. */
  lock?(context: PartContext): Promise<boolean>
  /**
   * What a process of its own does, which `context.startHelper` of this very part has started. The process ends when it
   * returns, and is told to by `context.signal`.
   * @param input what `startHelper` was given
   * @param ready to be called when others may rely on it
   */
  help?(input: Uint8Array, ready: () => void, context: PartContext): Promise<void>
}
