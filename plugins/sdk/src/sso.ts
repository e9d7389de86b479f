/** A registration of ours with the issuer of a token, without which the token cannot be renewed. */
export interface SsoClient {
  readonly id: string
  readonly secret: string
  /** When the issuer forgets it. */
  readonly expiration: Date
}

/** A login to an AWS access portal. */
export interface SsoToken {
  readonly accessToken: string
  /** When the portal stops accepting the access token. */
  readonly expiration: Date
  /** Renews it, as long as the organisation allows. */
  readonly refreshToken?: string
  /** Whom the refresh token was given to; absent when another program logged in. */
  readonly client?: SsoClient
}

/** The logins in the user's keyring, by start URL: one serves all profiles of the portal. */
export interface SsoTokenStore {
  /** The login to a portal, alive or not; `undefined` if there is none that can be read. */
  get(startUrl: string): Promise<SsoToken | undefined>
  /** Keeps a login in place of the one that is there. Where that fails, the user is told and all goes on. */
  set(startUrl: string, token: SsoToken): Promise<void>
  /** Forgets a login. */
  remove(startUrl: string): Promise<void>
  /** Runs a task while nobody else who uses the same keyring runs one for the same portal. */
  alone<T>(startUrl: string, task: () => Promise<T>): Promise<T>
}

/** A role that a person may use in an account. */
export interface SsoRole {
  readonly accountId: string
  /** Empty if it has none. */
  readonly accountName: string
  /** Of the account's owner; absent if the portal does not say. */
  readonly accountEmail?: string
  readonly roleName: string
}
