/** AWS credentials: long-lived when there is no `sessionToken`. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  /** When AWS stops accepting them; absent for long-lived keys. */
  readonly expiration?: Date
}
