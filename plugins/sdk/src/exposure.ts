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

/** Where else than on its loopback port a server is reached: for containers, which have a loopback of their own. */
export interface FurtherDoors {
  /** Values of `Host` to take beside the server's own, as clients send them, e.g. `169.254.170.2`. */
  readonly hosts?: readonly string[]
  /** A Unix socket to listen on as well, in a private directory. */
  readonly socketPath?: string
  /** An IP address of this machine to listen on as well, with the port of the loopback one. */
  readonly address?: string
  /** Which clients may come to that address, by their IP addresses. */
  isAllowedClient?(ip: string): boolean
}

/** Several profiles that are served at one address. */
export interface ExposedProfiles {
  /** What a program needs for each profile, in the order of the sources. */
  readonly environments: readonly Readonly<Record<string, string>>[]
  /** Ends what serves them. */
  close(): Promise<void>
}

/** Contribution kind `exposures`: hands credentials to a program. */
export interface Exposure {
  expose(source: CredentialSource, context: PartContext): Promise<Exposed>
  /**
   * Serves several profiles by one server, for `aws-vault server start`. Absent where a server can have one profile
   * only: each then gets a server of its own, without further doors.
   */
  exposeProfiles?(
    sources: readonly CredentialSource[],
    doors: FurtherDoors,
    context: PartContext,
  ): Promise<ExposedProfiles>
}
