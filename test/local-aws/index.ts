/**
 * An AWS of our own on loopback, for tests and demos.
 * @module
 */
export type { Call } from './call-log.ts'
export type { FaultEffect, FaultSpec, Faults } from './faults.ts'
export type { Controls } from './local-aws.ts'
export type { MfaDevice, Role, Session, Trust, User } from './model.ts'
export { type LocalAws, type LocalAwsOptions, startLocalAws } from './server.ts'
export type { WebIdentityRequest } from './web-identity.ts'
export type {
  AccountSpec,
  IdentityProviderSpec,
  RoleSpec,
  SessionSpec,
  SignInSpec,
  SsoSpec,
  UserSpec,
  WorldSpec,
} from './world-spec.ts'
