import { KeyringLockedError, type PartContext } from '@aws-vault/plugin-sdk'
import { WrappingKeys } from './wrapping-keys.ts'

/** How often a person may try. */
const TRIES = 3

/** What a passphrase does to the items in a directory. */
export type Fit =
  | 'opens'
  /** There are items, and it opens none of them. */
  | 'refused'
  /** There is no item yet. */
  | 'new'

/** What asking for a passphrase needs to know of the keyring that it is for. */
export interface Lock {
  readonly directory: string
  /** The directory, as the question names it. */
  readonly place: string
  isNew(): boolean
  fit(keys: WrappingKeys): Promise<Fit>
}

/** The passphrase of a keyring: given as an option, else asked for when first needed, once. */
export class Passphrase {
  /** Whether it comes from the environment. */
  readonly given: boolean
  readonly #context: PartContext
  readonly #lock: Lock
  #keys: Promise<WrappingKeys> | undefined

  constructor(context: PartContext, lock: Lock) {
    this.#context = context
    this.#lock = lock
    this.given = typeof context.options.passphrase === 'string'
  }

  /**
   * The keys that it gives. One that was asked for opens an item of the keyring, or was typed twice if there is none. One
   * that was given is as it is.
   * @throws KeyringLockedError when the person does not know it
   */
  keys(): Promise<WrappingKeys> {
    if (this.#keys === undefined) {
      const { passphrase } = this.#context.options
      const keys = typeof passphrase === 'string' ? Promise.resolve(keysOf(passphrase)) : this.#ask()
      this.#keys = keys
      // Who asks again after a failure shall be asked again. Only the first one to fail may forget.
      keys.catch(() => {
        if (this.#keys === keys) this.forget()
      })
    }
    return this.#keys
  }

  forget(): void {
    this.#keys = undefined
  }

  async #ask(): Promise<WrappingKeys> {
    const { directory, place } = this.#lock
    let complaint = ''
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const vault = this.#lock.isNew() ? 'the new vault' : 'the vault'
      const typed = await this.#secret(`${complaint}Passphrase for ${vault} in ${place}`)
      const keys = keysOf(typed)
      const fit = await this.#lock.fit(keys)
      if (fit === 'opens') return keys
      if (fit === 'refused') {
        complaint = 'Wrong passphrase. '
      } else if ((await this.#secret(`Repeat the passphrase for the new vault in ${place}`)) === typed) {
        return keys
      } else {
        complaint = 'The two passphrases differ. '
      }
    }
    throw complaint.startsWith('Wrong')
      ? new KeyringLockedError(`wrong passphrase for the vault in ${place}, ${TRIES} times`, {
          hint: `without it nobody can open the vault; to begin anew, move it away: mv '${directory}' '${directory}.old'`,
          facts: { keyring: 'file', directory },
        })
      : new KeyringLockedError(`no passphrase for the new vault in ${place}: the two typed differed ${TRIES} times`, {
          hint: 'try again',
          facts: { keyring: 'file', directory },
        })
  }

  #secret(message: string): Promise<string> {
    return this.#context.ask({ message, secret: true, instead: 'set AWS_VAULT_FILE_PASSPHRASE' })
  }
}

function keysOf(passphrase: string): WrappingKeys {
  return new WrappingKeys(new TextEncoder().encode(passphrase))
}
