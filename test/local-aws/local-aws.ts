import { type Call, type CallLog, createCallLog } from './call-log.ts'
import { createFaults, type Faults } from './faults.ts'
import { createFederation } from './federation.ts'
import { iamService } from './iam.ts'
import { mfaCode } from './mfa.ts'
import type { Role, Session, User } from './model.ts'
import type { Service } from './service.ts'
import { createSignIn } from './sign-in.ts'
import { createSsoDirectory } from './sso-directory.ts'
import { ssoOidcService } from './sso-oidc.ts'
import { ssoPortalService } from './sso-portal.ts'
import { stsService } from './sts.ts'
import { signWebIdentity, type WebIdentityRequest } from './web-identity.ts'
import { createWorld, type World } from './world.ts'
import {
  type AccountSpec,
  checkMembers,
  type IdentityProviderSpec,
  type RoleSpec,
  type SessionSpec,
  type SignInSpec,
  type UserSpec,
  type WorldSpec,
} from './world-spec.ts'

/** What tests, and the admin paths, can do to a local AWS and see of it. */
export interface Controls {
  /** Every call received, in order of arrival. */
  readonly calls: readonly Call[]
  clearCalls(): void
  /** The first call that `test` is true for: one that was there already, or the next that arrives. */
  waitForCall(test: (call: Call) => boolean): Promise<Call>
  readonly faults: Faults
  /** Adds everything that a world has. */
  addWorld(spec: WorldSpec): void
  addAccount(spec: AccountSpec): void
  addUser(spec: UserSpec): User
  /** A user by name or ARN, with the access keys that it has by now. */
  user(nameOrArn: string): User | undefined
  addRole(spec: RoleSpec): Role
  addIdentityProvider(spec: IdentityProviderSpec): void
  /** Accepts credentials that were made elsewhere as a live session. */
  seedSession(spec: SessionSpec): Session
  /**
   * Ends a session, by its access key id: AWS then does not know it (InvalidClientTokenId). Or the present sessions
   * of a role, by its name or ARN: they are then denied everything but GetCallerIdentity (AccessDenied), as by the
   * IAM console's "Revoke active sessions".
   */
  revoke(accessKeyIdOrRole: string): void
  /** Replaces the server's clock, which signatures, expiry, MFA codes and the Date header go by. */
  setClock(now: () => number): void
  /** The server's clock, in milliseconds since 1970. */
  now(): number
  /** The code that an MFA device shows, now by the server's clock or at the given time (milliseconds since 1970). */
  mfaCode(serial: string, at?: number): string
  /** Answers for the person to whom a device code was shown. */
  decideDevice(userCode: string, decision: 'approved' | 'denied'): void
  /** What the person behind the browser does from now on; at first they approve. */
  decideLogins(decision: 'approved' | 'denied'): void
  /** Ends every login to an access portal: no access token, and no refresh token, is good any more. */
  revokeLogins(): void
  /** Signs somebody in to the console, in the browser; who was there before is there no more. */
  signIn(spec: SignInSpec): void
  /** No refresh token of the sign-in service is good any more. */
  revokeSignIns(): void
  /** A token of an identity provider that was added. */
  webIdentityToken(request: WebIdentityRequest): string
  /** Every secret that there ever was: secret keys, session tokens, what MFA devices share with AWS. */
  secrets(): string[]
}

/** A local AWS without its HTTP server. */
export interface LocalAwsState extends Controls {
  readonly log: CallLog
  readonly services: readonly Service[]
}

/** Makes the state of a local AWS. Nothing is shared between two of them. */
export function createState(clock: () => number): LocalAwsState {
  let now = clock
  const log = createCallLog()
  const faults = createFaults()
  const world: World = createWorld(() => now())
  const sso = createSsoDirectory(() => now())
  const signIn = createSignIn(world)
  const federation = createFederation(world)
  return {
    log,
    services: [
      stsService(world),
      iamService(world),
      ssoOidcService(sso),
      ssoPortalService(sso, world),
      signIn.service,
      federation.service,
    ],
    calls: log.entries,
    clearCalls: log.clear,
    waitForCall: log.waitFor,
    faults,
    addWorld(spec) {
      checkMembers('a world', spec, [
        'accounts',
        'users',
        'roles',
        'identityProviders',
        'sessions',
        'sso',
        'signIn',
        'faults',
      ])
      for (const account of spec.accounts ?? []) world.addAccount(account)
      for (const user of spec.users ?? []) world.addUser(user)
      for (const role of spec.roles ?? []) world.addRole(role)
      for (const provider of spec.identityProviders ?? []) world.addIdentityProvider(provider)
      for (const session of spec.sessions ?? []) world.seedSession(session)
      for (const portal of spec.sso ?? []) sso.addPortal(portal)
      if (spec.signIn !== undefined) signIn.signIn(spec.signIn)
      faults.add(...(spec.faults ?? []))
    },
    addAccount: world.addAccount,
    addUser: world.addUser,
    user: world.user,
    addRole: world.addRole,
    addIdentityProvider(spec) {
      world.addIdentityProvider(spec)
    },
    seedSession: world.seedSession,
    revoke: world.revoke,
    secrets: () => [...world.secrets(), ...sso.secrets(), ...signIn.secrets(), ...federation.secrets()],
    decideDevice: sso.decide,
    decideLogins(decision) {
      sso.decision = decision
      signIn.decision = decision
    },
    revokeLogins() {
      sso.accessTokens.clear()
      sso.refreshTokens.clear()
    },
    signIn: signIn.signIn,
    revokeSignIns: signIn.revoke,
    setClock(replacement) {
      now = replacement
    },
    now: () => now(),
    mfaCode(serial, at = now()) {
      const device = world.mfaDevice(serial)
      if (device === undefined) throw new Error(`there is no MFA device ${serial}`)
      return mfaCode(device.secret, at)
    },
    webIdentityToken(request) {
      const provider = world.identityProvider(request.issuer)
      if (provider === undefined) throw new Error(`there is no identity provider ${request.issuer}`)
      return signWebIdentity(provider, request, now())
    },
  }
}
