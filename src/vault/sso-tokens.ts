import type { Item, Keyring, SsoToken } from '@aws-vault/plugin-sdk'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { encodeSsoTokenKey } from './session-key.ts'
import { decodeSsoToken, encodeSsoToken } from './sso-token.ts'

/** The logins to AWS access portals in a keyring, by start URL. */
export class SsoTokens {
  readonly #keyring: Keyring
  readonly #onSecret: (secret: string | undefined) => void

  /** @param onSecret is told every secret that comes out of or goes into the keyring, to be blacked out in all output */
  constructor(keyring: Keyring, onSecret: (secret: string | undefined) => void) {
    this.#keyring = keyring
    this.#onSecret = onSecret
  }

  /** The login to a portal, alive or not. One that cannot be read is none: the next one takes its place. */
  async get(startUrl: string): Promise<SsoToken | undefined> {
    try {
      const item = await this.#item(startUrl)
      const token = item && decodeSsoToken(startUrl, item)
      this.#announce(token)
      return token
    } catch (error) {
      if (isUnreadable(error)) return undefined
      throw error
    }
  }

  /**
   * Keeps a login, in place of the one that is there. What other programs keep in the item stays.
   * @param now milliseconds since 1970
   */
  async set(startUrl: string, token: SsoToken, now: number): Promise<void> {
    this.#announce(token)
    const previous = await this.#item(startUrl).catch(error => {
      if (isUnreadable(error)) return undefined
      throw error
    })
    await this.#keyring.set(encodeSsoToken(startUrl, token, now, previous))
  }

  /** Forgets a login. `false`: there was none. */
  async remove(startUrl: string): Promise<boolean> {
    return this.#keyring.remove(encodeSsoTokenKey(startUrl))
  }

  #item(startUrl: string): Promise<Item | undefined> {
    return this.#keyring.get(encodeSsoTokenKey(startUrl))
  }

  #announce(token: SsoToken | undefined): void {
    for (const secret of [token?.accessToken, token?.refreshToken, token?.client?.secret]) this.#onSecret(secret)
  }
}

function isUnreadable(error: unknown): boolean {
  return isVaultError(error, 'ERR_VAULT_ITEM') || isVaultError(error, 'ERR_KEYRING_ITEM')
}
