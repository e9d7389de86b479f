import type { Clock, Keyring } from '@aws-vault/plugin-sdk'
import { isVaultError } from '@aws-vault/plugin-sdk'
import {
  decodeSession,
  encodeSession,
  recordRequest,
  type SessionCredentials,
  type SessionPayload,
  type SessionRequest,
} from './session.ts'
import {
  classifyKey,
  decodeSessionKey,
  decodeSignInKey,
  decodeSsoTokenKey,
  encodeSessionKey,
  encodeSignInKey,
  encodeSsoTokenKey,
  isOfType,
  type KeyClass,
  type SessionKey,
  type SessionSlot,
  sessionKeyPrefix,
} from './session-key.ts'

/** What a session has to be to be of use. */
export interface SessionWish {
  /** Of the request that would be made if there were none. */
  readonly fingerprint: string
  /** How long it must have been asked to live, in seconds; absent when any will do. */
  readonly durationSeconds?: number
  /** How long it must still live. */
  readonly minimumSeconds: number
}

/** A live session. */
export interface FoundSession {
  /** Its key in the keyring. */
  readonly key: string
  readonly credentials: SessionCredentials
  /**
   * Whether it was made for the very request; `unknown request`: another program made it and left no word on what for,
   * so whoever wants to use it must find out.
   */
  readonly match: 'same request' | 'unknown request'
  /** Whether a person agreed that it is handed out. */
  readonly isApproved?: boolean
}

/** A session, as its key tells of it. */
export interface StoredSession extends SessionKey {
  readonly key: string
}

/** The sessions in a keyring: one for each slot, each good only for the request that it was made for. */
export class SessionCache {
  readonly #keyring: Keyring
  readonly #clock: Clock
  readonly #onSecret: (secret: string | undefined) => void

  /** @param onSecret is told every secret that comes out of or goes into the keyring, to be blacked out in all output */
  constructor(keyring: Keyring, clock: Clock, onSecret: (secret: string | undefined) => void) {
    this.#keyring = keyring
    this.#clock = clock
    this.#onSecret = onSecret
  }

  /**
   * The session of a slot that was made for the very request, else one of which that is unknown. Of several (a crash
   * may leave two) the one that lives longest. One that cannot be read is passed over: the next one stored replaces it.
   * Only the names of other sessions are looked at, nothing is written.
   */
  async find(slot: SessionSlot, wish: SessionWish): Promise<FoundSession | undefined> {
    const prefix = sessionKeyPrefix(slot)
    const candidates = (await this.#keyring.keys())
      .filter(key => key.startsWith(prefix))
      .flatMap(listed)
      .filter(({ expiration }) => this.#lives(expiration, wish.minimumSeconds))
      .sort((a, b) => b.expiration.getTime() - a.expiration.getTime())
    let unknown: FoundSession | undefined
    for (const { key, ...parts } of candidates) {
      const session = await this.#read(key, parts)
      if (session === undefined || !this.#lives(session.credentials.expiration, wish.minimumSeconds)) {
        continue
      }
      const { credentials, request } = session
      if (request?.fingerprint === wish.fingerprint && isOfLength(request, wish)) {
        return { key, credentials, match: 'same request', ...(request.isApproved && { isApproved: true }) }
      }
      if (request === undefined) {
        unknown ??= { key, credentials, match: 'unknown request' }
      }
    }
    return unknown
  }

  /**
   * Keeps a session. When it is safe, the others of its slot are removed, and with them whatever has expired: here and
   * not when one is looked up, so that looking up stays quick.
   */
  async store(slot: SessionSlot, credentials: SessionCredentials, request: SessionRequest): Promise<void> {
    this.#announce(credentials)
    await this.#keyring.set(encodeSession(slot, credentials, request))
    const stored = encodeSessionKey(slot, credentials.expiration)
    const prefix = sessionKeyPrefix(slot)
    await this.#removeAll(key => key !== stored && (this.#isDead(key) || (key.startsWith(prefix) && isSession(key))))
  }

  /** Notes on a session what it is good for. */
  async record(found: FoundSession, request: SessionRequest): Promise<void> {
    const parts = decodeSessionKey(found.key)
    const item = await this.#keyring.get(found.key)
    if (parts !== undefined && item !== undefined) {
      await this.#keyring.set(recordRequest(parts, item, request))
    }
  }

  /** Removes one session, of which AWS said that it is good no more. One stored since then stays. */
  async discard(found: FoundSession): Promise<void> {
    await this.#keyring.remove(found.key)
  }

  /**
   * Removes the sessions of some profiles, the SSO tokens of some start URLs and the sign-ins of some `login_session`s;
   * without profiles all of them, and what very old versions left. With a type only what is of that type: see
   * {@link isOfType}. Says how many.
   */
  async clear(
    profiles?: readonly string[],
    ssoStartUrls: readonly string[] = [],
    type?: string,
    loginSessions: readonly string[] = [],
  ): Promise<number> {
    if (profiles === undefined) {
      return this.#removeAll(key => !isKept(classifyKey(key)) && (type === undefined || isOfType(key, type)))
    }
    const names = new Set(profiles)
    const tokens = new Set([...ssoStartUrls.map(encodeSsoTokenKey), ...loginSessions.map(encodeSignInKey)])
    return this.#removeAll(key => {
      const session = decodeSessionKey(key)
      const isTheirs = session === undefined ? tokens.has(key) : names.has(session.profile)
      return isTheirs && (type === undefined || isOfType(key, type))
    })
  }

  /** All sessions, the expired ones too. Nothing is decrypted. */
  async list(): Promise<StoredSession[]> {
    return (await this.#keyring.keys()).sort().flatMap(listed)
  }

  /** The start URLs of the SSO portals for which there is a token, live or not. Nothing is decrypted. */
  async ssoTokens(): Promise<string[]> {
    return (await this.#keyring.keys()).sort().flatMap(key => decodeSsoTokenKey(key) ?? [])
  }

  /** The `login_session`s for which there is a sign-in, live or not. Nothing is decrypted. */
  async signIns(): Promise<string[]> {
    return (await this.#keyring.keys()).sort().flatMap(key => decodeSignInKey(key) ?? [])
  }

  async #read(key: string, parts: SessionKey): Promise<SessionPayload | undefined> {
    try {
      const item = await this.#keyring.get(key)
      const session = item && decodeSession(parts, item)
      this.#announce(session?.credentials)
      return session
    } catch (error) {
      if (isVaultError(error, 'ERR_VAULT_ITEM') || isVaultError(error, 'ERR_KEYRING_ITEM')) {
        return undefined
      }
      throw error
    }
  }

  async #removeAll(isWanted: (key: string) => boolean): Promise<number> {
    let removed = 0
    for (const key of (await this.#keyring.keys()).filter(isWanted)) {
      if (await this.#keyring.remove(key)) {
        removed += 1
      }
    }
    return removed
  }

  #isDead(key: string): boolean {
    const session = decodeSessionKey(key)
    return session === undefined ? classifyKey(key) === 'old-session' : !this.#lives(session.expiration, 0)
  }

  #lives(expiration: Date, minimumSeconds: number): boolean {
    const left = expiration.getTime() - this.#clock.now()
    return left > 0 && left >= minimumSeconds * 1000
  }

  #announce(credentials: SessionCredentials | undefined): void {
    this.#onSecret(credentials?.secretAccessKey)
    this.#onSecret(credentials?.sessionToken)
  }
}

/** What is no session, and cannot be had again. */
const isKept = (kind: KeyClass): boolean => kind === 'credentials' || kind === 'rotation'

function isSession(key: string): boolean {
  return decodeSessionKey(key) !== undefined
}

function listed(key: string): StoredSession[] {
  const parts = decodeSessionKey(key)
  return parts === undefined ? [] : [{ key, ...parts }]
}

function isOfLength(request: SessionRequest, { durationSeconds }: SessionWish): boolean {
  return durationSeconds === undefined || durationSeconds === request.durationSeconds
}
