import { Secret, TOTP } from 'otpauth'
import { accessDenied } from './aws-error.ts'
import type { MfaDevice, User } from './model.ts'

/** What a virtual MFA device of AWS is: RFC 6238 with SHA-1, six digits, thirty seconds. */
const device = { algorithm: 'SHA1', digits: 6, period: 30 }

/** The code that a device with this base32 secret shows at a time (milliseconds since 1970). */
export function mfaCode(secret: string, at: number): string {
  return TOTP.generate({ ...device, secret: Secret.fromBase32(secret), timestamp: at })
}

/**
 * Whether a code is the device's, of this half minute or of the one before or after, and was never accepted before.
 * One that is accepted is used up.
 */
export function acceptCode({ secret, usedSteps }: MfaDevice, code: string, now: number): boolean {
  const { period, digits, algorithm } = device
  const shared = Secret.fromBase32(secret)
  const delta = TOTP.validate({ token: code, secret: shared, period, digits, algorithm, timestamp: now, window: 1 })
  if (delta === null) return false
  const step = TOTP.counter({ period, timestamp: now }) + delta
  if (usedSteps.has(step)) return false
  usedSteps.add(step)
  return true
}

/**
 * Checks the MFA parameters of a call. `false`: there are none.
 * @param user whose devices count; `undefined` when the caller is nobody who can have any
 * @throws AwsError AccessDenied when they are incomplete, name a device that is not the user's, or the code is refused
 */
export function checkMfa(
  user: User | undefined,
  serial: string | undefined,
  code: string | undefined,
  now: number,
): boolean {
  if (serial === undefined && code === undefined) return false
  if (serial === undefined || code === undefined) {
    throw accessDenied('MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.')
  }
  const own = user?.mfaDevices.find(candidate => candidate.serial === serial)
  if (own === undefined) {
    throw accessDenied(
      'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
    )
  }
  // The blank at the end is AWS's.
  if (!acceptCode(own, code, now)) {
    throw accessDenied('MultiFactorAuthentication failed with invalid MFA one time pass code. ')
  }
  return true
}

/** What AWS wants of the text of the MFA parameters. */
export const serialRule = { min: 9, max: 256, pattern: /^[\w+=/:,.@-]*$/ }
export const codeRule = { min: 6, max: 6, pattern: /^[\d]*$/ }
