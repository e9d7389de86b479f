const brand: symbol = Symbol.for('@aws-vault/error')

/** What an error carries beside its sentence. */
export interface VaultErrorOptions {
  /** The next step that mends it, usually a command to type. */
  hint?: string
  /** The error beneath, kept for `--debug`. */
  cause?: unknown
  /** Facts by name (profile, file, line, awsCode, ...), for `--json` and for tests. Never a secret. */
  facts?: Readonly<Record<string, unknown>>
}

/**
 * An error that a user can act on. `code` is stable (`ERR_<AREA>_<WHAT>`, listed in docs/errors.md); the message is a
 * sentence without a capital or a full stop that names the thing; the hint says what to do.
 *
 * Recognise one with {@link isVaultError}, never with `instanceof`: two copies of this package may be loaded, ours and
 * a plugin's.
 */
export class VaultError extends Error {
  readonly code: string
  readonly hint: string | undefined
  readonly facts: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, options: VaultErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'VaultError'
    this.code = code
    this.hint = options.hint
    this.facts = options.facts ?? {}
    Object.defineProperty(this, brand, { value: true })
  }
}

/** Whether `error` is a {@link VaultError} (of any copy of this package), of the given code if one is given. */
export function isVaultError(error: unknown, code?: string): error is VaultError {
  return (
    typeof error === 'object' &&
    error !== null &&
    brand in error &&
    (code === undefined || ('code' in error && error.code === code))
  )
}

/** For hints of keyrings that cannot be used: the way out, and that it does not lead to what is stored. */
export const ANOTHER_KEYRING = 'use another keyring, which does not have what is stored in this one: --backend file'

/**
 * The keyring cannot be read because it is locked, or the passphrase given for it is wrong.
 * Throw it from `get`, `set`, `remove` or `keys`; never say that an item is corrupt when the passphrase may be wrong.
 */
export class KeyringLockedError extends VaultError {
  constructor(message: string, options?: VaultErrorOptions) {
    super('ERR_KEYRING_LOCKED', message, options)
  }
}

/** An item is there but what lies in it is not an item: a damaged file, a foreign format. */
export class KeyringItemError extends VaultError {
  constructor(message: string, options?: VaultErrorOptions) {
    super('ERR_KEYRING_ITEM', message, options)
  }
}

/** The keyring's storage failed: no permission, disk full, daemon gone. The item that was there before is intact. */
export class KeyringStorageError extends VaultError {
  constructor(message: string, options?: VaultErrorOptions) {
    super('ERR_KEYRING_STORAGE', message, options)
  }
}

/** Nobody can be asked: there is no terminal, or the prompt program is missing. */
export class PromptUnavailableError extends VaultError {
  constructor(message: string, options?: VaultErrorOptions) {
    super('ERR_PROMPT_UNAVAILABLE', message, options)
  }
}

/** The person that was asked declined to answer (Ctrl-C, Ctrl-D, "Cancel"). */
export class PromptCancelledError extends VaultError {
  constructor(message = 'the question was cancelled', options?: VaultErrorOptions) {
    super('ERR_PROMPT_CANCELLED', message, options)
  }
}

/** AWS refused the one-time MFA code. Whoever runs the plan asks for another one; the refused code is never sent again. */
export class MfaRefusedError extends VaultError {
  constructor(message: string, options?: VaultErrorOptions) {
    super('ERR_MFA_REFUSED', message, options)
  }
}

/**
 * AWS said that the credentials a step was made from have expired or been revoked. Whoever runs the plan drops them
 * from the cache and makes new ones, once.
 */
export class SourceExpiredError extends VaultError {
  constructor(message: string, options?: VaultErrorOptions) {
    super('ERR_SOURCE_EXPIRED', message, options)
  }
}
