import { ANOTHER_KEYRING, KeyringStorageError, type PartContext, VaultError } from '@aws-vault/plugin-sdk'
import { CallError, Daemon } from '@aws-vault/plugin-sdk/dbus'
import { APPLICATION, description, EntryType, FOLDER, KWALLET, WALLET } from './kwalletd.ts'

/** The steps of the wallet daemon that a keyring is made of, over one connection. */
export class Wallet {
  readonly #context: PartContext
  readonly #daemon: Daemon
  #handle: Promise<number> | undefined

  private constructor(daemon: Daemon, context: PartContext) {
    this.#daemon = daemon
    this.#context = context
  }

  /** Looks for the daemon. */
  static async connect(context: PartContext, patience?: number): Promise<Wallet> {
    return new Wallet(await Daemon.find(context, description, patience === undefined ? {} : { patience }), context)
  }

  get isGone(): boolean {
    return this.#daemon.isGone
  }

  close(): void {
    // The daemon sees that we leave the bus and lets go of our handle.
    this.#daemon.close()
  }

  /** Whether there is our wallet at all; told without opening it. */
  async exists(): Promise<boolean> {
    const [wallets] = await this.#call('wallets')
    return (wallets as string[]).includes(WALLET)
  }

  /** The names of all entries. The daemon knows them when the wallet is open. */
  async names(): Promise<string[]> {
    return this.#opened(
      async handle => (await this.#call('entryList', 'iss', [handle, FOLDER, APPLICATION]))[0] as string[],
      names => names.length === 0,
    )
  }

  /** The bytes of an entry; a password, which other programs may have stored, as UTF-8. `undefined` if there is none. */
  async read(name: string): Promise<Uint8Array | undefined> {
    const place = (handle: number): unknown[] => [handle, FOLDER, name, APPLICATION]
    return this.#opened(
      async handle => {
        const [type] = await this.#call('entryType', 'isss', place(handle))
        if (type === EntryType.none) return undefined
        if (type === EntryType.password) {
          const [password] = await this.#call('readPassword', 'isss', place(handle))
          return new TextEncoder().encode(password as string)
        }
        const [bytes] = (await this.#call('readEntry', 'isss', place(handle))) as [Uint8Array]
        // None is empty that is one of ours: it was removed meanwhile, or the wallet was closed.
        return bytes.length === 0 ? undefined : bytes
      },
      bytes => bytes === undefined,
    )
  }

  /** Stores bytes under a name. When it returns they are in the wallet's file. */
  async write(name: string, bytes: Uint8Array): Promise<void> {
    const written = await this.#opened(
      async handle => {
        const [hasFolder] = await this.#call('hasFolder', 'iss', [handle, FOLDER, APPLICATION])
        if (hasFolder !== true) await this.#call('createFolder', 'iss', [handle, FOLDER, APPLICATION])
        const [status] = await this.#call('writeEntry', 'issays', [handle, FOLDER, name, bytes, APPLICATION])
        if (status === 0) await this.#sync(handle)
        return status === 0
      },
      done => !done,
    )
    if (written) return
    throw new KeyringStorageError(`the KDE wallet daemon did not store "${name}"`, {
      hint: 'see that the disk is not full and that the wallet can be changed (kwalletmanager5)',
      facts: { keyring: 'kwallet' },
    })
  }

  /** Removes an entry. `false`: it was not there. */
  async remove(name: string): Promise<boolean> {
    const place = (handle: number): unknown[] => [handle, FOLDER, name, APPLICATION]
    return this.#opened(
      async handle => {
        // The daemon says that it removed what it has no folder for.
        const [isThere] = await this.#call('hasEntry', 'isss', place(handle))
        if (isThere !== true) return false
        const [status] = await this.#call('removeEntry', 'isss', place(handle))
        if (status === 0) await this.#sync(handle)
        return status === 0
      },
      removed => !removed,
    )
  }

  /**
   * Runs a task with the handle of the open wallet. A handle whose wallet was closed meanwhile (by the person, the screen
   * lock, a time-out) answers like an empty wallet: what looks like that is asked again, after a look at the handle.
   */
  async #opened<T>(task: (handle: number) => Promise<T>, looksEmpty: (result: T) => boolean): Promise<T> {
    const opening = this.#open()
    const result = await task(await opening)
    if (!looksEmpty(result) || (await this.#isOurs(await opening))) return result
    if (this.#handle === opening) this.#handle = undefined
    return task(await this.#open())
  }

  async #isOurs(handle: number): Promise<boolean> {
    const [[isOpen], [users]] = await Promise.all([
      this.#call('isOpen', 'i', [handle]),
      this.#call('users', 's', [WALLET]),
    ])
    return isOpen === true && (users as string[]).includes(APPLICATION)
  }

  #open(): Promise<number> {
    if (this.#handle === undefined) {
      const opening = this.#ask()
      this.#handle = opening
      opening.catch(() => {
        if (this.#handle === opening) this.#handle = undefined
      })
    }
    return this.#handle
  }

  async #ask(): Promise<number> {
    // Also shows that the daemon answers, before we wait for a person as long as it takes.
    if (!(await isEnabled(this.#daemon))) {
      throw new VaultError('ERR_KEYRING_DISABLED', 'the KDE wallet is switched off in this desktop’s settings', {
        hint: `switch it on (System Settings, KDE Wallet), or ${ANOTHER_KEYRING}`,
        facts: { keyring: 'kwallet' },
      })
    }
    const { desk, logger } = this.#context
    const { path } = this.#daemon.place
    const [handle] = await this.#daemon.callPerson(
      path,
      KWALLET,
      'open',
      'sxs',
      [WALLET, 0n, APPLICATION],
      async () => {
        if (await desk.isWatched())
          logger.warn(`waiting for an answer in the window of the KDE wallet, to open "${WALLET}"`)
      },
    )
    if (typeof handle === 'number' && handle >= 0) return handle
    throw new VaultError(
      'ERR_KEYRING_DISMISSED',
      `the KDE wallet "${WALLET}" was not opened: it was cancelled or refused`,
      {
        hint:
          'try again and answer in its window; if this program was refused for good, allow it in kwalletmanager5; without a ' +
          `screen (SSH, a server) ${ANOTHER_KEYRING}`,
        facts: { keyring: 'kwallet' },
      },
    )
  }

  /** Has the daemon write the wallet's file, which it would do some seconds later. */
  async #sync(handle: number): Promise<void> {
    this.#daemon.tell(this.#daemon.place.path, KWALLET, 'sync', 'is', [handle, APPLICATION])
    // That call has no answer. The next one is answered after it.
    await isEnabled(this.#daemon)
  }

  #call(member: string, signature = '', args: readonly unknown[] = []): Promise<readonly unknown[]> {
    return this.#daemon.call(this.#daemon.place.path, KWALLET, member, signature, args)
  }
}

/** Whether the user has not switched wallets off. */
export async function isEnabled(daemon: Daemon): Promise<boolean> {
  const [answer] = await daemon.call(daemon.place.path, KWALLET, 'isEnabled')
  return answer === true
}

/** What to throw for an answer that none of the steps expects. */
export function unexpected(error: unknown): unknown {
  if (!(error instanceof CallError)) return error
  return new KeyringStorageError(`the KDE wallet daemon refused: ${error.message || error.errorName}`, {
    facts: { keyring: 'kwallet', dbusError: error.errorName },
    cause: error,
  })
}
