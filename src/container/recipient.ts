/** Who gets the credentials, for the person who is asked and for the audit log. */
export interface Recipient {
  /** The command of ours that hands them out: `exec`, `server start`. */
  readonly action: string
  /** In a question, as in `Hand out credentials of profile "work" to terraform?`. */
  readonly title: string
  /** The program that gets them, as it was named; absent where they are printed or served. */
  readonly program?: string
}
