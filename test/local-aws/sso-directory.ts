import { randomBytes } from 'node:crypto'
import { AwsError } from './aws-error.ts'
import { checkMembers, type SsoSpec } from './world-spec.ts'

/** A program that registered itself. */
export interface SsoClient {
  readonly id: string
  readonly secret: string
  readonly scopes: readonly string[]
  readonly grantTypes: readonly string[]
  readonly redirectUris: readonly string[]
  readonly issuerUrl: string | undefined
}

/** What a person decided, or has yet to decide. */
export type Decision = 'pending' | 'approved' | 'denied'

/** A login by device code on its way. */
export interface DeviceLogin {
  readonly deviceCode: string
  readonly userCode: string
  readonly client: SsoClient
  readonly portal: Portal
  /** Milliseconds since 1970. */
  readonly expiration: number
  /** Seconds. */
  interval: number
  lastPoll: number | undefined
  decision: Decision
}

/** A login by authorization code on its way. */
export interface CodeLogin {
  readonly client: SsoClient
  readonly portal: Portal
  readonly redirectUri: string
  /** S256 of the verifier, in base64url. */
  readonly challenge: string
}

/** A token of either kind. */
export interface SsoTokenFacts {
  readonly client: SsoClient
  readonly portal: Portal
  /** Milliseconds since 1970. */
  readonly expiration: number
  /** When the login ends, however often it is renewed. */
  readonly loginEnd: number
}

/** An access portal with all its defaults. */
export type Portal = Required<SsoSpec>

/** Everything that SSO remembers. */
export interface SsoDirectory {
  now(): number
  addPortal(spec: SsoSpec): void
  /** @throws AwsError InvalidRequestException when there is none of that start URL */
  portal(startUrl: string | undefined): Portal
  readonly clients: Map<string, SsoClient>
  readonly devices: Map<string, DeviceLogin>
  readonly codes: Map<string, CodeLogin>
  readonly accessTokens: Map<string, SsoTokenFacts>
  readonly refreshTokens: Map<string, SsoTokenFacts>
  /** A new secret, remembered as one. */
  makeSecret(bytes?: number): string
  /** What the person behind the browser does with the next logins. */
  decision: 'approved' | 'denied'
  /** Decides about a device code. @throws Error when nobody waits for it */
  decide(userCode: string, decision: 'approved' | 'denied'): void
  secrets(): string[]
}

/** Nobody is logged in, and there is no portal. */
export function createSsoDirectory(now: () => number): SsoDirectory {
  const portals: Portal[] = []
  const secrets: string[] = []
  const devices = new Map<string, DeviceLogin>()
  return {
    now,
    clients: new Map(),
    devices,
    codes: new Map(),
    accessTokens: new Map(),
    refreshTokens: new Map(),
    decision: 'approved',
    addPortal(spec) {
      checkMembers('an SSO portal', spec, [
        'startUrl',
        'accounts',
        'accessTokenSeconds',
        'loginSeconds',
        'deviceSeconds',
        'interval',
        'roleSeconds',
      ])
      portals.push({
        accessTokenSeconds: 8 * 3600,
        loginSeconds: 7 * 24 * 3600,
        deviceSeconds: 600,
        interval: 1,
        roleSeconds: 3600,
        ...spec,
      })
    },
    portal(startUrl) {
      const found = portals.find(portal => portal.startUrl === startUrl)
      if (found === undefined) throw new AwsError('InvalidRequestException', 400, 'Invalid start url provided')
      return found
    },
    makeSecret(bytes = 96) {
      const secret = randomBytes(bytes).toString('base64url')
      secrets.push(secret)
      return secret
    },
    decide(userCode, decision) {
      const device = [...devices.values()].find(login => login.userCode === userCode)
      if (device === undefined) throw new Error(`nobody waits for the code ${userCode}`)
      device.decision = decision
    },
    secrets: () => [...secrets],
  }
}
