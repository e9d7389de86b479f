import type { Item, Keyring, SignInLogin } from '@aws-vault/plugin-sdk'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { encodeSignInKey } from './session-key.ts'
import { decodeSignInLogin, encodeSignInLogin } from './sign-in-login.ts'

/** The sign-ins to the AWS console in a keyring, by `login_session`. */
export class SignInLogins {
  readonly #keyring: Keyring
  readonly #onSecret: (secret: string | undefined) => void

  /** @param onSecret is told every secret that comes out of or goes into the keyring, to be blacked out in all output */
  constructor(keyring: Keyring, onSecret: (secret: string | undefined) => void) {
    this.#keyring = keyring
    this.#onSecret = onSecret
  }

  /** A sign-in, alive or not. One that cannot be read is none: the next one takes its place. */
  async get(loginSession: string): Promise<SignInLogin | undefined> {
    const item = await this.#item(loginSession)
    const login = item && readable(() => decodeSignInLogin(loginSession, item))
    this.#announce(login)
    return login
  }

  /** Keeps a sign-in, in place of the one that is there. */
  async set(loginSession: string, login: SignInLogin): Promise<void> {
    this.#announce(login)
    const previous = await this.#item(loginSession)
    const item =
      readable(() => encodeSignInLogin(loginSession, login, previous)) ?? encodeSignInLogin(loginSession, login)
    await this.#keyring.set(item)
  }

  async #item(loginSession: string): Promise<Item | undefined> {
    try {
      return await this.#keyring.get(encodeSignInKey(loginSession))
    } catch (error) {
      if (isVaultError(error, 'ERR_KEYRING_ITEM')) return undefined
      throw error
    }
  }

  #announce(login: SignInLogin | undefined): void {
    this.#onSecret(login?.refreshToken)
    this.#onSecret(login?.proofKey.d)
  }
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (isVaultError(error, 'ERR_VAULT_ITEM')) return undefined
    throw error
  }
}
