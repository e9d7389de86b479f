import type { PartContext } from './context.ts'
import type { Credentials } from './credentials.ts'

/** Where an exposure gets credentials from. */
export interface CredentialSource {
  /** The profile that the user named. */
  readonly profile: string
  readonly region?: string
  /** Valid credentials: cached ones, or new ones when the cached ones are about to expire. */
  current(): Promise<Credentials>
  /**
   * Valid credentials that are at hand, for servers with many requests: the same object until there are others;
   * `undefined` where {@link CredentialSource.current} has to be asked.
   */
  ready?(): Credentials | undefined
  /**
   * The credentials of a role that those of the profile may assume. Cached and renewed like the profile's own; the same
   * role gives the same source.
   * @throws VaultError ERR_CONFIG_VALUE when `roleArn` cannot be the ARN of a role
   */
  forRole?(roleArn: string): CredentialSource
  /**
   * Calls `listener` each time when there are other credentials than before.
   * @returns takes the listener away
   */
  onChange?(listener: (credentials: Credentials) => void): () => void
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
