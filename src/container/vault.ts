import type { Clock, Keyring, Logger } from '@aws-vault/plugin-sdk'
import type { Redactor } from '../output/redactor.ts'
import { CredentialStore } from '../vault/credential-store.ts'
import { LockedKeyring } from '../vault/locked-keyring.ts'
import { SessionCache } from '../vault/session-cache.ts'
import { SignInLogins } from '../vault/sign-in-logins.ts'
import { SsoTokens } from '../vault/sso-tokens.ts'
import type { NamedKeyring } from './keyrings.ts'

/** An open keyring and what lies in it. */
export interface Vault {
  /** The backend's name, for messages. */
  readonly backend: string
  /** Names the very store, for locks: two processes that use the same one have the same identity. */
  readonly identity: string
  readonly credentials: CredentialStore
  readonly sessions: SessionCache
  readonly ssoTokens: SsoTokens
  readonly signInLogins: SignInLogins
  /** The keyring itself, for what has items of a kind of its own. */
  readonly keyring: Keyring
}

/** What it is read and changed with. */
export interface VaultServices {
  readonly clock: Clock
  readonly logger: Logger
  readonly redactor: Redactor
  /** Runs a task while no other process of this user runs one under the same name. */
  withLock<T>(name: string, task: () => Promise<T>, onWait: () => void): Promise<T>
}

/** What lies in a keyring. Secrets that are read from it are blacked out from then on. */
export function vaultIn(
  { keyring: opened, part, identity }: Omit<NamedKeyring, 'options'>,
  { clock, logger, redactor, withLock }: VaultServices,
): Vault {
  const keyring = new LockedKeyring(opened, identity, withLock, logger)
  const onSecret = (secret: string | undefined): void => redactor.add(secret)
  return {
    backend: part.name,
    identity,
    credentials: new CredentialStore(keyring, onSecret),
    sessions: new SessionCache(keyring, clock, onSecret),
    ssoTokens: new SsoTokens(keyring, onSecret),
    signInLogins: new SignInLogins(keyring, onSecret),
    keyring,
  }
}
