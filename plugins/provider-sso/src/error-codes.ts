import type { ErrorCodes } from '@aws-vault/plugin-sdk/aws'

/** Of calls that AWS did not answer. */
export const errorCodes: ErrorCodes = {
  throttled: 'ERR_SSO_THROTTLED',
  unavailable: 'ERR_SSO_UNAVAILABLE',
  notMade: 'ERR_SSO_FAILED',
}
