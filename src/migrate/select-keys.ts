import { classifyKey, decodeRotationKey, decodeSessionKey, decodeSsoTokenKey } from '../vault/session-key.ts'

/** Which items of a keyring are copied. */
export interface Selection {
  readonly keys: readonly string[]
  /** Sessions that are over, and what very old versions left: of no use to anybody. */
  readonly expired: readonly string[]
  /** Those that are copied and never deleted: logins that other profiles need, too. */
  readonly shared?: ReadonlySet<string>
}

/** Whose items are meant; all if absent. */
export interface Owners {
  readonly profiles: ReadonlySet<string>
  /** Start URLs of their SSO portals, each with whether other profiles use it, too. */
  readonly startUrls: ReadonlyMap<string, boolean>
}

/**
 * Divides the keys of a keyring, in an order that is always the same. Pure.
 * @param now milliseconds since 1970
 */
export function selectKeys(all: readonly string[], now: number, owners?: Owners): Selection {
  const keys = all.filter(key => owners === undefined || isOwned(key, owners)).sort()
  const isExpired = (key: string): boolean => {
    const session = decodeSessionKey(key)
    return session === undefined ? classifyKey(key) === 'old-session' : session.expiration.getTime() <= now
  }
  const isShared = (key: string): boolean => owners?.startUrls.get(decodeSsoTokenKey(key) ?? '') === true
  return {
    keys: keys.filter(key => !isExpired(key)),
    expired: keys.filter(isExpired),
    shared: new Set(keys.filter(isShared)),
  }
}

function isOwned(key: string, { profiles, startUrls }: Owners): boolean {
  const session = decodeSessionKey(key)
  const rotation = decodeRotationKey(key)
  if (session !== undefined || rotation !== undefined) return profiles.has((session ?? rotation)?.profile ?? '')
  const startUrl = decodeSsoTokenKey(key)
  return startUrl === undefined ? profiles.has(key) : startUrls.has(startUrl)
}

/** What lies under a key, in words for the user. */
export function describeKey(key: string): string {
  const session = decodeSessionKey(key)
  if (session !== undefined) return `session ${session.type} of ${session.profile}`
  const rotation = decodeRotationKey(key)
  if (rotation !== undefined) return `unfinished rotation of ${rotation.profile}`
  const startUrl = decodeSsoTokenKey(key)
  return startUrl === undefined ? `keys of ${key}` : `login to ${startUrl}`
}
