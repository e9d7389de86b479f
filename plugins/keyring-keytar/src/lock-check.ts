import { ANOTHER_KEYRING, KeyringLockedError } from '@aws-vault/plugin-sdk'
import type { Binding } from './binding.ts'
import { HelperCrash } from './helper.ts'

const ACCOUNT = 'readable while the keyring is unlocked'

/**
 * Tells a locked keyring from an item that is not there. By libsecret, keytar says "none" of both, and crashes when it
 * lists an item that stays locked. So whoever writes leaves an item that means nothing; if it is there and cannot be
 * read, the keyring is locked.
 */
export class LockCheck {
  readonly #binding: Binding
  readonly #service: string
  #checked: Promise<boolean> | undefined

  constructor(binding: Binding, service: string) {
    this.#binding = binding
    this.#service = `lock check of ${service}`
  }

  /**
   * Asks once, and again after a failure. A keyring in which nothing was ever stored is not locked.
   * @throws KeyringLockedError
   */
  async assertUnlocked(): Promise<void> {
    await this.#look()
  }

  /** Leaves the item, if it is not there yet. @throws KeyringLockedError */
  async leaveMark(): Promise<void> {
    if (await this.#look()) return
    await this.#binding.setPassword(this.#service, ACCOUNT, 'unlocked')
    this.#checked = Promise.resolve(true)
  }

  /** Whether the item is there. */
  async #look(): Promise<boolean> {
    this.#checked ??= this.#isThere()
    try {
      return await this.#checked
    } catch (error) {
      this.#checked = undefined
      throw error
    }
  }

  async #isThere(): Promise<boolean> {
    // The system's window that asks for the password is opened by this call.
    if ((await this.#binding.getPassword(this.#service, ACCOUNT)) !== null) return true
    try {
      return (await this.#binding.findCredentials(this.#service)).length > 0
    } catch (cause) {
      if (!(cause instanceof HelperCrash)) throw cause
      throw new KeyringLockedError("the desktop's keyring is locked, and was not unlocked", {
        hint: `unlock it in your desktop (a window may ask for its password), or ${ANOTHER_KEYRING}`,
        cause,
      })
    }
  }
}
