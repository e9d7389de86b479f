/** One stored password, as keytar lists it. */
export interface StoredPassword {
  readonly account: string
  readonly password: string
}

/**
 * What is used of keytar (its own names), so that it can run in this process, in a helper, or be a test's. Each call
 * is one call of the system's store, which is all or nothing.
 */
export interface Binding {
  /** `null`: there is none. */
  getPassword(service: string, account: string): Promise<string | null>
  /** Stores, in place of the one that is there. */
  setPassword(service: string, account: string, password: string): Promise<void>
  /** `false`: there was none. */
  deletePassword(service: string, account: string): Promise<boolean>
  /** All of a service, with their passwords: keytar has no way to list names alone. */
  findCredentials(service: string): Promise<readonly StoredPassword[]>
}

/** The names of {@link Binding}'s methods. */
export type BindingMethod = keyof Binding
