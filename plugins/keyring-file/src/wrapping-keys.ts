import { type Derivation, derivationName, deriveWrappingKey } from './jwe.ts'

/** The keys that one passphrase gives, each derived once: deriving is slow on purpose. */
export class WrappingKeys {
  readonly #passphrase: Uint8Array
  readonly #keys = new Map<string, Promise<Uint8Array>>()

  /** @param passphrase its UTF-8 bytes */
  constructor(passphrase: Uint8Array) {
    this.#passphrase = passphrase
  }

  get(derivation: Derivation): Promise<Uint8Array> {
    const name = derivationName(derivation)
    let key = this.#keys.get(name)
    if (key === undefined) {
      key = deriveWrappingKey(this.#passphrase, derivation)
      this.#keys.set(name, key)
    }
    return key
  }

  /** Whether it would take no time to speak of. */
  has(derivation: Derivation): boolean {
    return this.#keys.has(derivationName(derivation))
  }
}
