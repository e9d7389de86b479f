import { KeyringLockedError, type PartContext } from '@aws-vault/plugin-sdk'

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
  fit(passphrase: Uint8Array): Promise<Fit>
}

/** The passphrase of a keyring: given as an option, else asked for when first needed, once. */
export class Passphrase {
  /** Whether it comes from the environment. */
  readonly given: boolean
  readonly #context: PartContext
  readonly #lock: Lock
  #bytes: Promise<Uint8Array> | undefined

  constructor(context: PartContext, lock: Lock) {
    this.#context = context
    this.#lock = lock
    this.given = typeof context.options.passphrase === 'string'
  }

  /**
   * Its UTF-8 bytes. One that was asked for opens an item of the keyring, or was typed twice if there is none. One that
   * was given is as it is.
   * @throws KeyringLockedError when the person does not know it
   */
  bytes(): Promise<Uint8Array> {
    if (this.#bytes === undefined) {
      const { passphrase } = this.#context.options
      const bytes = typeof passphrase === 'string' ? Promise.resolve(encode(passphrase)) : this.#ask()
      this.#bytes = bytes
      // Who asks again after a failure shall be asked again. Only the first one to fail may forget.
      bytes.catch(() => {
        if (this.#bytes === bytes) this.forget()
      })
    }
    return this.#bytes
  }

  forget(): void {
    this.#bytes = undefined
  }

  async #ask(): Promise<Uint8Array> {
    const { directory, place } = this.#lock
    let complaint = ''
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const vault = this.#lock.isNew() ? 'the new vault' : 'the vault'
      const typed = await this.#secret(`${complaint}Passphrase for ${vault} in ${place}`)
      const fit = await this.#lock.fit(encode(typed))
      if (fit === 'opens') return encode(typed)
      if (fit === 'refused') {
        complaint = 'Wrong passphrase. '
      } else if ((await this.#secret(`Repeat the passphrase for the new vault in ${place}`)) === typed) {
        return encode(typed)
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

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
