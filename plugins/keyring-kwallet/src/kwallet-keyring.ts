import { decodeItem, encodeItem, type Item, type Keyring, type PartContext, VaultError } from '@aws-vault/plugin-sdk'
import { unexpected, Wallet } from './wallet.ts'

/** The wallet `aws-vault`, connected to when it is first used, and opened when its contents are. */
export class KWalletKeyring implements Keyring {
  readonly #context: PartContext
  readonly #patience: number | undefined
  #wallet: Promise<Wallet> | undefined

  /** @param patience how long the daemon may take, in milliseconds, for what needs no person; 10 seconds if absent */
  constructor(context: PartContext, patience?: number) {
    this.#context = context
    this.#patience = patience
  }

  get(key: string): Promise<Item | undefined> {
    return this.#inWallet(key, undefined, async wallet => {
      const bytes = await wallet.read(key)
      return bytes && decodeItem(key, bytes)
    })
  }

  async set(item: Item): Promise<void> {
    assertStorable(item.key)
    const bytes = encodeItem(item)
    await this.#with(wallet => wallet.write(item.key, bytes))
  }

  remove(key: string): Promise<boolean> {
    return this.#inWallet(key, false, wallet => wallet.remove(key))
  }

  keys(): Promise<string[]> {
    return this.#inWallet('any', [], wallet => wallet.names())
  }

  async close(): Promise<void> {
    const wallet = this.#wallet
    this.#wallet = undefined
    // One that could not be reached needs no closing.
    const reached = await wallet?.catch(() => undefined)
    reached?.close()
  }

  /** Runs a task in the wallet; where there is none, nothing is in it, and nobody has to be asked. */
  async #inWallet<T>(key: string, nothing: T, task: (wallet: Wallet) => Promise<T>): Promise<T> {
    // Such a key was never stored, and cannot be asked for.
    if (!isStorable(key)) return nothing
    return this.#with(async wallet => ((await wallet.exists()) ? task(wallet) : nothing))
  }

  async #with<T>(task: (wallet: Wallet) => Promise<T>): Promise<T> {
    this.#wallet ??= Wallet.connect(this.#context, this.#patience)
    const connecting = this.#wallet
    let wallet: Wallet | undefined
    try {
      wallet = await connecting
      return await task(wallet)
    } catch (error) {
      // Whoever calls again shall find a daemon that runs by then.
      if ((wallet === undefined || wallet.isGone) && this.#wallet === connecting) await this.close()
      throw unexpected(error)
    }
  }
}

/** D-Bus carries no NUL and no half of a surrogate pair. */
const isStorable = (key: string): boolean => !key.includes('\0') && key.isWellFormed()

function assertStorable(key: string): void {
  if (isStorable(key)) return
  throw new VaultError('ERR_KEYRING_KEY', 'the KDE wallet cannot hold an item with such a name: it is not plain text', {
    hint: 'take a name of letters, digits and dashes',
    facts: { keyring: 'kwallet' },
  })
}
