/** Where a session is kept: the parts of its key but for the expiry. */
export interface SessionSlot {
  /** The Go tool's name for the call that made it, e.g. `sts.AssumeRole`. */
  readonly type: string
  readonly profile: string
  /** Serial of the MFA device, start URL for SSO; empty if there is none. */
  readonly serial: string
}

/** The parts of a session's key. */
export interface SessionKey extends SessionSlot {
  readonly expiration: Date
}

/** What lies under a key, told from the key alone. */
export type KeyClass = 'credentials' | 'session' | 'old-session' | 'sso-token' | 'sign-in' | 'rotation'

const knownTypes: ReadonlySet<string> = new Set([
  'sts.GetSessionToken',
  'sts.AssumeRole',
  'sts.AssumeRoleWithWebIdentity',
  'sso.GetRoleCredentials',
  'credential_process',
  // Ours; the Go tool sees sessions in them, but looks for none there.
  'sts.AssumeRole+policy',
  'sts.AssumeRoleWithWebIdentity+policy',
  'sts.GetFederationToken',
  'signin.CreateOAuth2Token',
])

/** Roles that programs asked a credential server for, each in a place of its own. */
const typeOfFurtherRole = /^sts\.AssumeRole\+role\.[0-9a-f]{16}$/
const typeOfPlugin = /^plugin\.[a-z0-9][a-z0-9-]*$/
/** The Go tool's "no time" is one of them: that is where it keeps what a `credential_process` gives without an end. */
const unixSeconds = /^(0|[1-9]\d{0,11}|-62135596800)$/
const oldSessions = [/^session,[^,]*,[^,]*,\d+$/, /^session:[^:]*:[^:]*:.+$/, /^.+ session \(\d+\)$/s]
const ssoToken = /^oidc:https?:\/\/./
// Ours. To the Go tool all that begins with `oidc:` is a token, and not keys.
const signIn = /^oidc:login:(?=arn:.)/
// Ours, too: how far a rotation has come, and which old key waits to be deleted.
const rotation = /^oidc:(rotat(?:e|ed)):(?=.)/s

/** Whether there are sessions of that type; `oidc` are SSO tokens, `login` what renews sign-ins. */
export function isSessionType(type: string): boolean {
  return type === 'oidc' || type === 'login' || isKnownType(type)
}

/** The types that a user can name, but for those of plugins. */
export function sessionTypes(): string[] {
  return [...knownTypes, 'oidc', 'login']
}

/** Whether what lies under `key` is of a type of session: itself, or with a policy (`sts.AssumeRole+policy`). */
export function isOfType(key: string, type: string): boolean {
  const own = ssoToken.test(key) ? 'oidc' : signIn.test(key) ? 'login' : decodeSessionKey(key)?.type
  return own === type || own?.startsWith(`${type}+`) === true
}

/** The session type of a provider that the Go tool does not know. */
export function sessionTypeOfPlugin(provider: string): string {
  return `plugin.${provider}`
}

/** What all keys of a slot begin with. */
export function sessionKeyPrefix(slot: SessionSlot): string {
  return `${slot.type},${encodeText(slot.profile)},${encodeText(slot.serial)},`
}

/** The key of a session: `<type>,<base64url profile>,<base64url serial>,<expiry in seconds since 1970>`. */
export function encodeSessionKey(slot: SessionSlot, expiration: Date): string {
  return sessionKeyPrefix(slot) + Math.floor(expiration.getTime() / 1000)
}

/**
 * The parts of a session's key; `undefined` if `key` is none. A profile may be called almost anything, commas
 * included, and what is taken for an expired session is deleted: only what {@link encodeSessionKey} gives for a type
 * of session that exists is one.
 */
export function decodeSessionKey(key: string): SessionKey | undefined {
  const [type, encodedProfile, encodedSerial, expiry, ...rest] = key.split(',')
  if (type === undefined || encodedProfile === undefined || encodedSerial === undefined || expiry === undefined) {
    return undefined
  }
  const profile = decodeText(encodedProfile)
  const serial = decodeText(encodedSerial)
  if (rest.length > 0 || !isKnownType(type) || !profile || serial === undefined || !unixSeconds.test(expiry)) {
    return undefined
  }
  return { type, profile, serial, expiration: new Date(Number(expiry) * 1000) }
}

/** What lies under `key`: long-lived keys of a profile of that name, unless it has the form of something else. */
export function classifyKey(key: string): KeyClass {
  if (ssoToken.test(key)) {
    return 'sso-token'
  }
  if (signIn.test(key)) {
    return 'sign-in'
  }
  if (rotation.test(key)) {
    return 'rotation'
  }
  if (oldSessions.some(pattern => pattern.test(key))) {
    return 'old-session'
  }
  return decodeSessionKey(key) === undefined ? 'credentials' : 'session'
}

/** The key of the SSO token of a start URL. */
export function encodeSsoTokenKey(startUrl: string): string {
  return `oidc:${startUrl}`
}

/** The start URL of an SSO token's key; `undefined` if `key` is none. */
export function decodeSsoTokenKey(key: string): string | undefined {
  return ssoToken.test(key) ? key.slice('oidc:'.length) : undefined
}

/** The key of the sign-in of a `login_session`, an ARN. */
export function encodeSignInKey(loginSession: string): string {
  return `oidc:login:${loginSession}`
}

/** The `login_session` of a sign-in's key; `undefined` if `key` is none. */
export function decodeSignInKey(key: string): string | undefined {
  return signIn.test(key) ? key.slice('oidc:login:'.length) : undefined
}

/**
 * The key of a rotation's journal: `rotate` while it goes on, `rotated` when nothing is left to do but to delete the old
 * key at its time.
 */
export function encodeRotationKey(kind: 'rotate' | 'rotated', profile: string): string {
  return `oidc:${kind}:${profile}`
}

/** The profile of a rotation's journal, and which one it is; `undefined` if `key` is none. */
export function decodeRotationKey(key: string): { kind: 'rotate' | 'rotated'; profile: string } | undefined {
  const [prefix = '', kind] = rotation.exec(key) ?? []
  return prefix === '' ? undefined : { kind: kind as 'rotate' | 'rotated', profile: key.slice(prefix.length) }
}

function isKnownType(type: string): boolean {
  return knownTypes.has(type) || typeOfPlugin.test(type) || typeOfFurtherRole.test(type)
}

function encodeText(text: string): string {
  return Buffer.from(text).toString('base64url')
}

/** Undoes {@link encodeText}; `undefined` for what it never gives: other alphabets, padding, spare bits, broken UTF-8. */
function decodeText(encoded: string): string | undefined {
  const text = Buffer.from(encoded, 'base64url').toString()
  return encodeText(text) === encoded ? text : undefined
}
