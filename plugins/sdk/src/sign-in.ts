/** What renews the credentials of somebody who signed in to the AWS console (`aws login`). */
export interface SignInLogin {
  /** What AWS knows us as; the refresh token is good for no other client. */
  readonly clientId: string
  /** Good once: each renewal gives the next one. */
  readonly refreshToken: string
  /** The private key (JWK, RFC 7517, of P-256) without which the refresh token is worth nothing (DPoP, RFC 9449). */
  readonly proofKey: Readonly<{ x: string; y: string; d: string }>
  /** The region whose sign-in service gave it. */
  readonly region: string
}

/** The sign-ins in the user's keyring, by `login_session`: one serves all profiles that name it. */
export interface SignInLoginStore {
  /** What is kept of a session, alive or not; `undefined` if there is nothing that can be read. */
  get(loginSession: string): Promise<SignInLogin | undefined>
  /** Keeps it in place of what is there. Where that fails, the user is told and all goes on. */
  set(loginSession: string, login: SignInLogin): Promise<void>
  /** Runs a task while nobody else who uses the same keyring runs one for the same session. */
  alone<T>(loginSession: string, task: () => Promise<T>): Promise<T>
}
