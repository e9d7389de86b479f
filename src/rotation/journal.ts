/** How far a rotation has come. Each is noted before anything is done that goes further. */
export type Phase = 'creating' | 'created' | 'verified' | 'switched' | 'sessions-dropped' | 'deactivated'

/** What becomes of the old key once it is deactivated. */
export type Afterwards = 'delete' | 'keep' | 'grace'

/** A long-lived key. */
export interface KeyPair {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** What a rotation needs to be finished or undone by whoever finds it. Lies in the keyring, encrypted as every item. */
export interface Journal {
  readonly phase: Phase
  /** Those under whose names the old key was stored; the first one is the one that is rotated. */
  readonly profiles: readonly [string, ...string[]]
  readonly oldKeyId: string
  /** The user's keys before the new one was made. */
  readonly before: readonly string[]
  /** When the new one was asked for, in milliseconds since 1970, by AWS's clock where that is known. */
  readonly startedAt: number
  /** When the answer to that was lost, by the same clock; absent where whoever asked was killed. */
  readonly failedAt?: number
  readonly afterwards: Afterwards
  /** How long the old key is kept, deactivated, in seconds. */
  readonly graceSeconds: number
  readonly newKeyId?: string
  /** Only until the new key is stored in the place of the old one. */
  readonly newSecret?: string
}

/** An old key that is deactivated and waits to be deleted. */
export interface RetiredKey {
  /** All that it was stored for; its item is named for the first. */
  readonly profiles: readonly [string, ...string[]]
  readonly accessKeyId: string
  /** Milliseconds since 1970. */
  readonly deleteAfter: number
}
