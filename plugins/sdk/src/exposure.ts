import type { PartContext } from './context.ts'
import type { Credentials } from './credentials.ts'

/** Where an exposure gets credentials from. */
export interface CredentialSource {
  /** The profile that the user named. */
  readonly profile: string
  readonly region?: string
  /** Valid credentials: cached ones, or new ones when the cached ones are about to expire. */
  current(): Promise<Credentials>
}

/** What a program needs in its environment to find the credentials. */
export interface Exposed {
  readonly environment: Readonly<Record<string, string>>
  /**
   * Ends what serves the credentials. An exposure without it needs no process of ours: `exec` then replaces itself with
   * the program.
   */
  close?(): Promise<void>
}

/** Contribution kind `exposures`: hands credentials to a program. */
export interface Exposure {
  expose(source: CredentialSource, context: PartContext): Promise<Exposed>
}
